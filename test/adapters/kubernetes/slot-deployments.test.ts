import { describe, expect, it } from 'vitest'
import { objectAt, textMapAt } from '../../../src/adapters/kubernetes/json.ts'
import {
  asLabelValue,
  canaryDeployment,
  previousDeployment,
  promotedTemplate,
} from '../../../src/adapters/kubernetes/slot-deployments.ts'
import { NEW_IMAGE, OLD_IMAGE, shopApi, workloadObject } from '../../contracts/cluster-fixtures.ts'

const service = shopApi('shop')
const workload = workloadObject('shop')
const template = workload.spec.template
const NEW = { image: NEW_IMAGE, version: 'v2.0' }
const pin = {
  workload: 'api',
  replicas: 3,
  template,
  image: OLD_IMAGE,
  serviceSelector: { app: 'api' },
  weights: null,
  hpa: null,
}

describe('the promoted template', () => {
  it('differs in the image and the version label', () => {
    const expected = JSON.parse(JSON.stringify(template).replace(OLD_IMAGE, NEW_IMAGE).replace('"v1.0"', '"v2.0"'))
    expect(promotedTemplate(service, workload, template, pin.serviceSelector, NEW)).toEqual(expected)
  })

  it('leaves a version label alone that the workload or the Service selects by', () => {
    const selecting = { ...workload, spec: { ...workload.spec, selector: { matchLabels: { version: 'v1.0' } } } }
    const labels = (object: object) => textMapAt(object, 'metadata', 'labels').version
    expect(labels(promotedTemplate(service, selecting, template, {}, NEW))).toBe('v1.0')
    expect(labels(promotedTemplate(service, workload, template, { version: 'v1.0' }, NEW))).toBe('v1.0')
    const matching = { matchExpressions: [{ key: 'version', operator: 'Exists' }] }
    const byExpression = { ...workload, spec: { ...workload.spec, selector: matching } }
    expect(labels(promotedTemplate(service, byExpression, template, {}, NEW))).toBe('v1.0')
  })

  it('invents no version label where there was none', () => {
    const bare = { ...template, metadata: { labels: { app: 'api' } } }
    const promoted = promotedTemplate(service, workload, bare, {}, NEW)
    expect(textMapAt(promoted, 'metadata', 'labels')).toEqual({ app: 'api' })
  })

  it('refuses a template without the container', () => {
    const other = { ...service, container: 'nobody' }
    expect(() => promotedTemplate(other, workload, template, {}, NEW)).toThrow(
      'has no container "nobody"; it has api, proxy',
    )
  })
})

describe('the extra Deployments', () => {
  it('stand out of traffic where the Service is to be switched, with every other label of the template', () => {
    const idle = canaryDeployment({ ...service, router: { kind: 'switch' }, canaryLabels: {} }, workload, pin, {
      ...NEW,
      replicas: 3,
    })
    expect(textMapAt(idle, 'spec', 'template', 'metadata', 'labels')).toEqual({
      track: 'stable',
      version: 'v2.0',
      'tminus.dev/slot': 'canary',
      'tminus.dev/workload': 'api',
    })
  })

  it('select by our labels alone, so that they never fight with the workload over pods', () => {
    const canary = canaryDeployment(service, workload, pin, { ...NEW, replicas: 2 })
    expect(objectAt(canary, 'spec', 'selector')).toEqual({
      matchLabels: { 'tminus.dev/slot': 'canary', 'tminus.dev/workload': 'api' },
    })
    expect(objectAt(canary, 'spec')).toMatchObject({ replicas: 2 })
  })

  it('are never paused, and carry none of the marks by which others own the workload', () => {
    const paused = { ...workload, spec: { ...workload.spec, paused: true } }
    const canary = canaryDeployment(service, paused, pin, { ...NEW, replicas: 1 })
    expect(objectAt(canary, 'spec')).not.toHaveProperty('paused')
    expect(textMapAt(canary, 'metadata', 'annotations')).toEqual({})
    expect(Object.keys(textMapAt(canary, 'metadata', 'labels')).sort()).toEqual([
      'app.kubernetes.io/managed-by',
      'tminus.dev/slot',
      'tminus.dev/workload',
    ])
  })

  it('keep the old version out of traffic: without the labels the Service selects by', () => {
    const previous = previousDeployment(service, workload, pin, 3)
    expect(textMapAt(previous, 'spec', 'template', 'metadata', 'labels')).toEqual({
      track: 'stable',
      version: 'v1.0',
      'tminus.dev/slot': 'previous',
      'tminus.dev/workload': 'api',
    })
  })
})

describe('a label value', () => {
  it.each([
    ['v2.0', 'v2.0'],
    ['v2.0+build.7', 'v2.0_build.7'],
    ['-v2-', 'v2'],
    [`v${'9'.repeat(80)}`, `v${'9'.repeat(62)}`],
    ['sha256:abc', 'sha256_abc'],
  ])('%s becomes %s', (text, value) => {
    expect(asLabelValue(text)).toBe(value)
  })
})
