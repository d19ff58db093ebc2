/** The data plane of a stage: whoever a request could meet is asked at every moment at which that changes. */
import { isObject, listAt } from '../../src/adapters/kubernetes/json.ts'
import { SECOND } from '../../src/playbook/durations.ts'
import type { Service } from '../../src/playbook/service.ts'
import { FOLLOWED, type Followed } from '../data-plane/backends.ts'
import { dataPlane } from '../data-plane/data-plane.ts'
import { type Answers, askEverybody } from '../data-plane/every-answer.ts'
import { unluckyLags } from '../data-plane/proxy-view.ts'
import type { Stage } from './stage.ts'

/** Of a quick and a slow part of a mesh, ms. The pods of the stage sleep 5 s in preStop. */
const SHORT_MS = 20
const LONG_MS = 2_500

const GROUPS: Readonly<Record<Followed | 'pods', string>> = {
  pods: '/api/v1',
  endpointslices: '/apis/discovery.k8s.io/v1',
  virtualservices: '/apis/networking.istio.io/v1',
  destinationrules: '/apis/networking.istio.io/v1',
  httproutes: '/apis/gateway.networking.k8s.io/v1',
  ingresses: '/apis/networking.k8s.io/v1',
}

export interface FollowedTraffic {
  answers(): Answers
  stop(): Promise<void>
}

/** From now on. Two proxies are followed, each with another part of the news late. */
export async function followTraffic(stage: Stage, service: Service): Promise<FollowedTraffic> {
  const front = { service: service.serviceName, router: service.router }
  const plane = dataPlane({ clock: stage.clock, front, lags: unluckyLags(SHORT_MS, LONG_MS), answerMs: 0 })
  const asker = askEverybody(plane)
  let changed = true
  let asking = false
  const forgetChange = stage.world.simulation.onChange(() => {
    changed = true
  })
  const list = async (kind: Followed | 'pods') =>
    listAt(await stage.read(`${GROUPS[kind]}/namespaces/${service.namespace}/${kind}`), 'items').filter(isObject)
  stage.meanwhile.push(async () => {
    if (changed) {
      changed = false
      await plane.see('pods', await list('pods'))
      for (const kind of FOLLOWED) await plane.see(kind, await list(kind))
    }
    if (asking) await asker.askIfChanged()
  })
  await stage.pass(LONG_MS + SECOND)
  asking = true
  return {
    answers: asker.answers,
    async stop() {
      forgetChange()
      plane.stop()
      await asker.stop()
    },
  }
}
