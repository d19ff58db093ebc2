import { describe, expect, it } from 'vitest'
import { lastWrittenAt } from '../../../src/adapters/kubernetes/draining.ts'

const row = (manager: string, time: string) => ({ manager, operation: 'Update', time })

describe('when we last moved traffic', () => {
  it('is our newest entry in managedFields, whatever others wrote since', () => {
    const managedFields = [
      row('kubectl', '2026-11-24T11:00:00Z'),
      row('tminus', '2026-11-24T10:00:00Z'),
      row('tminus', '2026-11-24T10:00:07Z'),
    ]
    expect(lastWrittenAt({ metadata: { managedFields } })).toBe(Date.UTC(2026, 10, 24, 10, 0, 7))
  })

  it('is not known where nobody wrote it down', () => {
    expect(lastWrittenAt({ metadata: { managedFields: [row('kubectl', '2026-11-24T11:00:00Z')] } })).toBeUndefined()
    expect(lastWrittenAt({ metadata: {} })).toBeUndefined()
  })
})
