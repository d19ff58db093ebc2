import { describe, expect, it } from 'vitest'
import { judgeNodeLoad } from '../../src/checks/node-load.ts'
import { makeCapacity } from './fixtures.ts'

const node = (name: string, cpu: number, memory: number) => ({ node: name, cpu, memory })
const judge = (...nodeLoad: ReturnType<typeof node>[]) => judgeNodeLoad(makeCapacity({ nodeLoad }))

describe('node-load', () => {
  it('tells the highest load where all is well, also at the very limits', () => {
    expect(judge(node('n1', 0.8, 0.5), node('n2', 0.3, 0.85))).toMatchObject({
      status: 'holds',
      sentence: '2 nodes have at most 80 % CPU and 85 % memory in use.',
    })
  })

  it('warns of a busy node by name', () => {
    expect(judge(node('n1', 0.81, 0.5), node('n2', 0.3, 0.5))).toMatchObject({
      status: 'warns',
      sentence: '1 of 2 nodes is busy, above 80 % CPU or 85 % memory: n1 CPU 81 %, memory 50 %.',
    })
  })

  it('fails when every node is', () => {
    expect(judge(node('n1', 0.9, 0.5), node('n2', 0.3, 0.9)).status).toBe('fails')
  })

  it('does not know without a metrics API', () => {
    expect(judgeNodeLoad(makeCapacity({ nodeLoad: null })).status).toBe('unknown')
    expect(judge().status).toBe('unknown')
  })
})
