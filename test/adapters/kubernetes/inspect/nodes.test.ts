import { describe, expect, it } from 'vitest'
import { nodeLoads, roomLeft } from '../../../../src/adapters/kubernetes/inspect/nodes.ts'

const node = (name: string, more: { spec?: object; labels?: object; ready?: string } = {}) => ({
  metadata: { name, labels: more.labels ?? {} },
  spec: more.spec ?? {},
  status: {
    allocatable: { cpu: '4', memory: '8Gi', pods: '10' },
    conditions: [{ type: 'Ready', status: more.ready ?? 'True' }],
  },
})
const pod = (nodeName: string, phase = 'Running') => ({
  spec: { nodeName, containers: [{ resources: { requests: { cpu: '500m', memory: '1Gi' } } }, {}] },
  status: { phase },
})
const gi = 2 ** 30

describe('room left', () => {
  it('is what the pods there have not asked for', () => {
    const pods = [pod('a'), pod('a', 'Pending'), pod('a', 'Succeeded'), pod('elsewhere')]
    expect(roomLeft([node('a')], pods, {})).toEqual({ cpu: 3, memory: 6 * gi, pods: 8 })
  })

  it('is not on nodes that are cordoned, unready, tainted or not chosen', () => {
    const taints = [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }]
    const nodes = [
      node('cordoned', { spec: { unschedulable: true } }),
      node('unready', { ready: 'Unknown' }),
      node('tainted', { spec: { taints } }),
      node('good', { labels: { disk: 'ssd' } }),
    ]
    expect(roomLeft(nodes, [], {}).pods).toBe(10)
    expect(roomLeft(nodes, [], { nodeSelector: { disk: 'hdd' } }).pods).toBe(0)
    const tolerating = { tolerations: [{ key: 'gpu', operator: 'Exists' }] }
    expect(roomLeft(nodes, [], tolerating).pods).toBe(20)
    const wrongValue = { tolerations: [{ key: 'gpu', value: 'no', effect: 'NoSchedule' }] }
    expect(roomLeft(nodes, [], wrongValue).pods).toBe(10)
    const soft = [{ key: 'x', effect: 'PreferNoSchedule' }]
    expect(roomLeft([node('soft', { spec: { taints: soft } })], [], {}).pods).toBe(10)
  })
})

describe('node load', () => {
  it('is a part of allocatable, and leaves out nodes without numbers', () => {
    const metrics = [
      { metadata: { name: 'a' }, usage: { cpu: '1000000000n', memory: '2Gi' } },
      { metadata: { name: 'gone' }, usage: { cpu: '1', memory: '1Gi' } },
      { metadata: { name: 'b' }, usage: {} },
    ]
    expect(nodeLoads([node('a'), node('b')], metrics)).toEqual([{ node: 'a', cpu: 0.25, memory: 0.25 }])
  })
})
