/** The contract of the Cluster port: ConfigMaps and Secrets of the pinned template are noted, and what became of them is told. */
import { expect, it } from 'vitest'
import { configMaps, deployments, secrets } from '../../src/adapters/kubernetes/target.ts'
import { type Open, signal } from './cluster-contract-steps.ts'
import { writer } from './cluster-fixtures.ts'

export function describeConfigs(open: Open): void {
  it('notes the configuration of the pinned template, and tells what changed or went since', async () => {
    const map = (namespace: string, name: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace },
      data: { mode: 'a' },
    })
    const bench = await open({
      beside: (space) => [
        [configMaps(space), map(space, 'api-config')],
        [configMaps(space), map(space, 'api-flags')],
        [
          secrets(space),
          {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: { name: 'api-keys', namespace: space },
            stringData: { key: 'hidden' },
          },
        ],
      ],
    })
    const { cluster, service, admin, namespace } = bench
    const envFrom = [
      { configMapRef: { name: 'api-config' } },
      { configMapRef: { name: 'api-flags' } },
      { configMapRef: { name: 'api-optional', optional: true } },
      { secretRef: { name: 'api-keys' } },
    ]
    const workload = await admin.get(deployments(namespace, 'api'))
    const [first, ...rest] = containersOf(workload)
    await admin.patch(deployments(namespace, 'api'), {
      spec: { template: { spec: { containers: [{ ...first, envFrom }, ...rest] } } },
    })
    const pin = await cluster.pin(service, writer(1))
    const version = expect.stringMatching(/^\d+$/)
    expect(pin.configs).toEqual([
      { kind: 'ConfigMap', name: 'api-config', version },
      { kind: 'ConfigMap', name: 'api-flags', version },
      { kind: 'ConfigMap', name: 'api-optional', version: 'absent' },
      { kind: 'Secret', name: 'api-keys', version },
    ])
    expect(JSON.stringify(pin)).not.toContain('hidden')
    expect((await cluster.pinned(service, signal))?.pin.configs).toEqual(pin.configs)
    expect(await cluster.changedConfigs(service, pin, signal)).toEqual([])
    await admin.patch(configMaps(namespace, 'api-config'), { data: { mode: 'b' } })
    await admin.api.json('delete', configMaps(namespace, 'api-flags'))
    await admin.create(configMaps(namespace), map(namespace, 'api-optional'))
    expect(await cluster.changedConfigs(service, pin, signal)).toEqual([
      { kind: 'ConfigMap', name: 'api-config', how: 'changed' },
      { kind: 'ConfigMap', name: 'api-flags', how: 'deleted' },
      { kind: 'ConfigMap', name: 'api-optional', how: 'created' },
    ])
  })
}

function containersOf(workload: unknown): readonly Record<string, unknown>[] {
  return JSON.parse(JSON.stringify(workload)).spec.template.spec.containers
}
