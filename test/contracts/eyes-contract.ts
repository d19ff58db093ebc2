/** What every make of the Eyes port must do: read what pods count of themselves, and take nothing else for it. */
import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { kubernetesCluster } from '../../src/adapters/kubernetes/kubernetes-cluster.ts'
import { pods } from '../../src/adapters/kubernetes/target.ts'
import type { PodReading } from '../../src/playbook/judge-counts.ts'
import type { EyesSettings, Service } from '../../src/playbook/service.ts'
import { EYES } from '../playbook/fixtures.ts'
import { type PodApps, startPodApps } from '../prometheus-target/pod-apps.ts'
import { type Bench, benchOn, type ClusterEnvironment } from './cluster-bench.ts'

const PODS = 3
const signal = new AbortController().signal

/** `environment` is asked before each test, so that a suite can share one. `loopback`: its first numbers, `127.7`. */
export function describeEyes(name: string, environment: () => ClusterEnvironment, loopback: string): void {
  describe(`eyes: ${name}`, () => {
    let bench: Bench
    let apps: PodApps
    let count = 0

    beforeEach(async () => {
      count += 1
      apps = await startPodApps(Array.from({ length: PODS }, (_, n) => `${loopback}.${count}.${n + 1}`))
      bench = await benchOn(environment())
    })
    afterEach(async () => {
      await bench.close()
      await apps.stop()
    })

    /** The pods of the old version, each at the address of its app; in the order in which they are read. */
    async function atTheirAddresses(): Promise<readonly string[]> {
      const { admin, namespace, cluster, service, until } = bench
      const names = (await cluster.look(service, signal)).slots.stable.pods.map((pod) => pod.name).sort()
      for (const [index, pod] of names.entries()) {
        const address = apps.apps[index]?.address
        const status = { podIP: address, podIPs: [{ ip: address }] }
        await admin.patch({ ...pods(namespace, pod), subresource: 'status' }, { status })
      }
      // By lists until the watch tells: a fresh adapter has no old copies.
      await until(
        async () => (await admin.get(pods(namespace, names.at(-1) ?? '')))?.status,
        (status) => JSON.stringify(status).includes(apps.apps.at(-1)?.address ?? '?'),
      )
      return names
    }

    async function withEyes<T>(
      over: Partial<EyesSettings>,
      run: (read: () => Promise<readonly PodReading[]>, service: Service) => Promise<T>,
    ): Promise<T> {
      const { kubeconfigPath, clock } = environment()
      const { eyes, close } = kubernetesCluster({ kubeconfigPath, clock })
      // 4 s of real time, however fast the clock: a busy machine is no fault.
      const intervalMs = 5_000 / clock.toRealMs(1)
      const service = { ...bench.service, eyes: { ...EYES, via: 'pod', port: apps.port, intervalMs, ...over } as const }
      try {
        return await run(() => eyes.read(service, 'stable', signal), service)
      } finally {
        await close()
      }
    }

    const sum = (counters: ReadonlyMap<string, number>) => [...counters.values()].reduce((a, b) => a + b, 0)
    const told = (readings: readonly PodReading[]) =>
      readings.map((reading) =>
        'unknown' in reading ? reading.unknown : [reading.pod, sum(reading.requests), sum(reading.errors)],
      )

    it('reads each pod by its address, over connections that are kept', async () => {
      const names = await atTheirAddresses()
      await withEyes({}, async (read) => {
        expect(told(await read())).toEqual(names.map((pod) => [pod, 0, 0]))
        apps.apps[0]?.serve(200, 40)
        apps.apps[0]?.serve(503, 2)
        apps.apps[2]?.serve(500, 9)
        expect(told(await read())).toEqual([
          [names[0], 42, 2],
          [names[1], 0, 0],
          [names[2], 9, 9],
        ])
        expect(apps.apps.map((app) => [app.reads(), app.connections()])).toEqual([
          [2, 1],
          [2, 1],
          [2, 1],
        ])
      })
    })

    it('knows each life of a pod apart', async () => {
      await atTheirAddresses()
      await withEyes({}, async (read) => {
        const lives = (await read()).map(({ life }) => life)
        expect(new Set(lives).size).toBe(PODS)
        expect((await read()).map(({ life }) => life)).toEqual(lives)
      })
    })

    it('takes what cannot be counted for unknown, and still counts the others', async () => {
      const names = await atTheirAddresses()
      const [first, second, third] = apps.apps
      first?.misbehave((response) => void response.writeHead(500).end('oh no'))
      second?.misbehave((response, page) => void response.end(page.slice(0, -1)))
      third?.serve(500, 5)
      await withEyes({}, async (read) => {
        expect(told(await read())).toEqual(['it answered 500', 'the page was cut off', [names[2], 5, 5]])
        // The answer ends before it said it would.
        first?.misbehave((response, page) => {
          response.writeHead(200, { 'content-length': page.length + 10 })
          response.write(page, () => response.destroy())
        })
        second?.misbehave(undefined)
        const [cut, ...well] = told(await read())
        expect(typeof cut).toBe('string')
        expect(well).toEqual([
          [names[1], 0, 0],
          [names[2], 5, 5],
        ])
      })
    })

    it('waits no longer than its interval for a pod that hangs', async () => {
      await atTheirAddresses()
      apps.apps[1]?.misbehave(() => undefined)
      const { clock } = environment()
      const limitMs = Math.max(250, clock.toRealMs(EYES.intervalMs) * 0.8)
      await withEyes({ intervalMs: EYES.intervalMs }, async (read) => {
        expect(told(await read())[1]).toBe(`no answer within ${limitMs} ms`)
      })
    })

    it('unpacks gzip, and neither reads pages without end nor unpacks them', async () => {
      const names = await atTheirAddresses()
      const packed = (page: string | Buffer) => (response: ServerResponse) =>
        void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(page))
      apps.apps[0]?.misbehave((response, page) => packed(page)(response))
      apps.apps[0]?.serve(500, 7)
      apps.apps[1]?.misbehave(packed(Buffer.alloc(5 * 1024 * 1024, 10)))
      apps.apps[2]?.misbehave((response) => void response.end(Buffer.alloc(5 * 1024 * 1024, 10)))
      await withEyes({}, async (read) => {
        expect(told(await read())).toEqual([
          [names[0], 7, 7],
          'the page is longer than 4 MB',
          'the page is longer than 4 MB',
        ])
      })
    })

    it('takes pods that nobody answers for, for unknown', async () => {
      await atTheirAddresses()
      await apps.stop()
      await withEyes({}, async (read) => {
        expect(told(await read())).toEqual(Array.from({ length: PODS }, () => 'connection refused'))
      })
    })

    it('reads nothing where there is nothing, or nobody asked for eyes', async () => {
      await atTheirAddresses()
      const { kubeconfigPath, clock } = environment()
      const { eyes, close } = kubernetesCluster({ kubeconfigPath, clock })
      const service = { ...bench.service, eyes: { ...EYES, port: apps.port } }
      expect(await eyes.read(service, 'canary', signal)).toEqual([])
      expect(await eyes.read(bench.service, 'stable', signal)).toEqual([])
      await close()
    })

    it('takes whatever the proxy of the API server refuses for unknown', async () => {
      await atTheirAddresses()
      await withEyes({ via: 'proxy' }, async (read) => {
        for (const reading of await read()) {
          if (!('unknown' in reading)) throw new Error(`${reading.pod} was read through the proxy`)
          expect(reading.unknown).toMatch(
            /^Could not get proxy of pods ".+:\d+" in namespace .+: the API server answered [45]\d\d/,
          )
        }
      })
    })
  })
}
