/**
 * The programs in the pods: real HTTP servers on loopback, one for each pod, that count their requests. A load of requests
 * over the wire goes to the pods of the new version; those of the old one count without. Prometheus is told where they are.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Agent, request } from 'undici'
import { type PodApp, type PodApps, startPodApps } from '../../test/prometheus-target/pod-apps.ts'
import { serve } from './serve.ts'

export interface PodAppsApi {
  /** `discovery`: of Prometheus' http_sd. */
  start(input: null): Promise<{ readonly port: number; readonly discovery: string }>
  /** An app for each of these pods, of the old version or of the new one; resolves with their addresses. */
  add(input: AddedPods): Promise<readonly string[]>
  /** The new pods of this service get so many requests a second from now on, together. */
  load(input: { readonly service: string; readonly perSecond: number }): Promise<void>
  /** They answer everything with 500 from now on. Resolves with the time of the first such answer, ms since the epoch. */
  fallIll(input: { readonly service: string }): Promise<number>
}

interface AddedPods {
  readonly namespace: string
  readonly service: string
  readonly pods: readonly string[]
  readonly old: boolean
}

interface Group {
  readonly apps: PodApps
  perSecond: number
  sent: number
}

interface Target {
  readonly targets: readonly string[]
  readonly labels: { readonly namespace: string; readonly pod: string }
}

const TICK_MS = 50
const OLD_PER_SECOND = 25

const groups = new Map<string, Group>()
const old: PodApp[] = []
const targets: Target[] = []
const dispatcher = new Agent({ connections: 4 })
let port = 0
let addresses = 0

function nextAddress(): string {
  addresses += 1
  return `127.9.${Math.floor(addresses / 200)}.${(addresses % 200) + 1}`
}

async function add({ namespace, service, pods, old: before }: AddedPods): Promise<readonly string[]> {
  const apps = await startPodApps(pods.map(nextAddress), { port })
  if (before) old.push(...apps.apps)
  else groups.set(service, { apps, perSecond: 0, sent: 0 })
  pods.forEach((pod, index) => {
    targets.push({ targets: [`${apps.apps[index]?.address}:${port}`], labels: { namespace, pod } })
  })
  return apps.apps.map(({ address }) => address)
}

/** Sends what is due since the tick before. */
function tick(): void {
  for (const app of old) app.serve(200, (OLD_PER_SECOND * TICK_MS) / 1000)
  for (const group of groups.values()) {
    const due = Math.round((group.perSecond * TICK_MS) / 1000)
    for (let n = 0; n < due; n += 1) {
      const app = group.apps.apps[group.sent % group.apps.apps.length]
      group.sent += 1
      if (app)
        request(`http://${app.address}:${port}/`, { dispatcher }).then(
          ({ body }) => body.dump(),
          () => undefined,
        )
    }
  }
}

async function firstFailure({ apps }: Group): Promise<number> {
  for (const app of apps.apps) app.fallIll()
  for (;;) {
    const at = apps.firstFailure()
    if (at !== null) return at
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function groupOf(service: string): Group {
  const group = groups.get(service)
  if (!group) throw new Error(`no pods of ${service}`)
  return group
}

serve<PodAppsApi>({
  async start() {
    // The first one keeps the port for all.
    port = (await startPodApps([nextAddress()])).port
    const discovery = createServer((asked, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(asked.url === '/pods' ? targets : []))
    })
    await new Promise<void>((resolve) => void discovery.listen(0, '127.0.0.1', resolve))
    setInterval(tick, TICK_MS)
    return { port, discovery: `http://127.0.0.1:${(discovery.address() as AddressInfo).port}` }
  },
  add,
  load: async ({ service, perSecond }) => {
    groupOf(service).perSecond = perSecond
  },
  fallIll: ({ service }) => firstFailure(groupOf(service)),
})
