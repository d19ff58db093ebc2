import { describe, expect, it } from 'vitest'
import { applyStrategicMergePatch } from '../../../../src/demo/cluster/patches/strategic-merge-patch.ts'

const pod = {
  containers: [
    { name: 'api', image: 'api:1', env: [{ name: 'A', value: '1' }] },
    { name: 'proxy', image: 'proxy:1' },
  ],
  tolerations: [{ key: 'a' }],
}

describe('a strategic merge patch', () => {
  it('finds list items by their key and merges them, deeply', () => {
    const patch = { containers: [{ name: 'api', image: 'api:2', env: [{ name: 'B', value: '2' }] }] }
    expect(applyStrategicMergePatch(pod, patch)).toMatchObject({
      containers: [
        {
          name: 'api',
          image: 'api:2',
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '2' },
          ],
        },
        { name: 'proxy', image: 'proxy:1' },
      ],
    })
  })

  it('removes by null and by directive, and replaces when told to', () => {
    expect(
      applyStrategicMergePatch(pod, { containers: [{ name: 'proxy', $patch: 'delete' }], tolerations: null }),
    ).toEqual({
      containers: [pod.containers[0]],
    })
    expect(applyStrategicMergePatch(pod, { containers: [{ name: 'new' }, { $patch: 'replace' }] })).toMatchObject({
      containers: [{ name: 'new' }],
    })
    expect(applyStrategicMergePatch({ a: { b: 1 } }, { a: { c: 2, $patch: 'replace' } })).toEqual({ a: { c: 2 } })
  })

  it('orders as the client asks, and replaces lists without a key', () => {
    const patch = {
      '$setElementOrder/containers': [{ name: 'proxy' }, { name: 'api' }],
      containers: [{ name: 'api', image: 'api:3' }],
      tolerations: [{ key: 'b' }],
    }
    expect(applyStrategicMergePatch(pod, patch)).toMatchObject({
      containers: [{ name: 'proxy' }, { name: 'api', image: 'api:3' }],
      tolerations: [{ key: 'b' }],
    })
  })

  it('tells a container port from a Service port', () => {
    const ports = [{ port: 80, targetPort: 8080 }]
    expect(applyStrategicMergePatch({ ports }, { ports: [{ port: 80, targetPort: 9090 }] })).toEqual({
      ports: [{ port: 80, targetPort: 9090 }],
    })
  })
})
