import { describe, expect, it } from 'vitest'
import { parseFieldSelector, parseLabelSelector } from '../../../../src/demo/cluster/store/selectors.ts'

const object = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'a',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '2026-12-01T14:00:00Z',
    labels: { app: 'api', 'x.io/track': 'stable' },
  },
  spec: { nodeName: 'node-1' },
}

describe('selectors of a query', () => {
  it.each([
    ['', true],
    ['app=api,x.io/track==stable', true],
    ['app!=api', false],
    ['missing!=api', true],
    ['app in (api, web),x.io/track notin (canary)', true],
    ['app', true],
    ['!app', false],
    ['!missing', true],
  ])('match labels: %s is %s', (text, expected) => {
    expect(parseLabelSelector(text)(object)).toBe(expected)
  })

  it.each([
    ['metadata.name=a', true],
    ['metadata.name!=a', false],
    ['metadata.name=a,spec.nodeName=node-2', false],
  ])('match fields: %s is %s', (text, expected) => {
    expect(parseFieldSelector(text)(object)).toBe(expected)
  })

  it('refuse what they cannot read with 400', () => {
    expect(() => parseLabelSelector('app in api')).toThrow(expect.objectContaining({ code: 400 }))
    expect(() => parseFieldSelector('name')).toThrow(expect.objectContaining({ code: 400 }))
  })
})
