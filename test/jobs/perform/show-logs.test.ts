import { describe, expect, it } from 'vitest'
import { showLogs } from '../../../src/jobs/perform/show-logs.ts'
import { newDeployment } from '../../playbook/fixtures.ts'

const signal = new AbortController().signal

function printed(text: string) {
  return showLogs({ cluster: { logs: async () => ({ pod: 'api-canary-1', text }) } }, newDeployment(), 50, signal)
}

describe('the last lines of a new pod', () => {
  it('reach the thread without the secrets that it printed', async () => {
    const shown = await printed('connecting to postgres://shop:hunter2@db/shop\nlistening on 8080\n')
    expect(shown).toMatchObject({ kind: 'done' })
    expect(shown.kind === 'done' && shown.evidence).toBe(
      'connecting to postgres://shop:(hidden)@db/shop\nlistening on 8080\n',
    )
  })
  it('are cut where one is too long to keep', async () => {
    const shown = await printed(`short\n${'x'.repeat(100_000)}`)
    expect(shown.kind === 'done' && shown.evidence?.length).toBe('short\n'.length + 1_000)
  })
})
