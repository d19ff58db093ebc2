import { describe, expect, it } from 'vitest'
import {
  discoverVersions,
  INGRESSES,
  VIRTUAL_SERVICES,
} from '../../../../src/adapters/kubernetes/routers/route-kinds.ts'

describe("Istio's API", () => {
  const signal = new AbortController().signal
  const serving = (versions: readonly string[] | null) => {
    let asked = 0
    const find = discoverVersions({
      discover: async () => {
        asked++
        return versions && { versions: versions.map((version) => ({ version })) }
      },
    })
    return { find, asked: () => asked }
  }

  it('is taken in v1, else in v1beta1, and asked for once', async () => {
    expect(await serving(['v1', 'v1beta1']).find(VIRTUAL_SERVICES, signal)).toBe('v1')
    const older = serving(['v1alpha3', 'v1beta1'])
    expect(await older.find(VIRTUAL_SERVICES, signal)).toBe('v1beta1')
    expect(await older.find(VIRTUAL_SERVICES, signal)).toBe('v1beta1')
    expect(older.asked()).toBe(1)
  })

  it('is asked for again while it is not there', async () => {
    for (const versions of [null, ['v1alpha3']]) {
      const absent = serving(versions)
      await expect(absent.find(VIRTUAL_SERVICES, signal)).rejects.toThrow('Istio is not installed')
      await expect(absent.find(VIRTUAL_SERVICES, signal)).rejects.toMatchObject({ kind: 'refused', status: 404 })
      expect(absent.asked()).toBe(2)
    }
  })

  it('is not asked for where every cluster has it', async () => {
    const none = serving(null)
    expect(await none.find(INGRESSES, signal)).toBe('v1')
    expect(none.asked()).toBe(0)
  })
})
