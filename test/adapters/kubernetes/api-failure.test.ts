import { describe, expect, it } from 'vitest'
import { answeredFailure, unansweredFailure } from '../../../src/adapters/kubernetes/api-failure.ts'
import { autoscalers, deployments, nodes, pathOf, pods, services } from '../../../src/adapters/kubernetes/target.ts'

const status = (message: string, details: object = {}) => JSON.stringify({ kind: 'Status', message, details })
const answer = (code: number, body: string, retryAfter?: string) =>
  answeredFailure('patch', services('shop', 'api'), { status: code, body, retryAfter })

describe('what an answer means', () => {
  it.each([408, 409, 410, 429, 500, 502, 503, 504])('%d may pass by itself', (code) => {
    expect(answer(code, '')).toMatchObject({ kind: 'late', status: code })
  })

  it.each([400, 401, 403, 404, 405, 415, 422])('%d will not', (code) => {
    expect(answer(code, '')).toMatchObject({ kind: 'refused', status: code })
  })

  it('names verb, object, namespace and the words of the API server', () => {
    expect(answer(422, status('spec.ports: Required value')).message).toBe(
      'Could not patch services "api" in namespace shop: the API server answered 422, spec.ports: Required value.',
    )
  })

  it('says which RBAC verb is missing, but not where a quota or a policy forbids', () => {
    expect(answer(403, status('services "api" is forbidden: User "bot" cannot patch')).message).toContain(
      'lacks the RBAC verb "patch" on "services" of the core group',
    )
    expect(answer(403, status('is forbidden: exceeded quota: small')).message).not.toContain('RBAC')
  })

  it('takes what a pod answers through the proxy for its own word', () => {
    const proxied = (body: string) =>
      answeredFailure('get', { ...pods('shop', 'api-1'), subresource: 'proxy' }, { status: 403, body }).message
    expect(proxied('log in first')).not.toContain('RBAC')
    const denied = 'pods "api-1" is forbidden: User "bot" cannot get resource "pods/proxy"'
    expect(proxied(status(denied))).toContain('lacks the RBAC verb "get" on "pods/proxy"')
  })

  it('reads how long to wait from the body or the header', () => {
    expect(answer(429, status('slow down', { retryAfterSeconds: 3 })).retryAfterMs).toBe(3000)
    expect(answer(503, 'busy', '2').retryAfterMs).toBe(2000)
    expect(answer(503, 'busy', 'Wed, 21 Oct 2026 07:28:00 GMT').retryAfterMs).toBeNull()
    expect(answer(500, '').retryAfterMs).toBeNull()
  })

  it('takes an answer that is no Status, cut short', () => {
    const { message } = answer(502, `<html>${'x'.repeat(9000)}</html>`)
    expect(message).toContain('<html>')
    expect(message.length).toBeLessThan(500)
  })

  it('is late without any answer', () => {
    const failure = unansweredFailure('get', nodes, Object.assign(new Error('connect ECONNREFUSED'), { code: 'X' }))
    expect(failure).toMatchObject({ kind: 'late', status: null, message: 'Could not get nodes: connect ECONNREFUSED.' })
  })
})

describe('paths', () => {
  it('are those of the API', () => {
    expect(pathOf(pods('shop', 'api-1'))).toBe('/api/v1/namespaces/shop/pods/api-1')
    expect(pathOf({ ...pods('shop', 'api-1'), subresource: 'log' })).toBe('/api/v1/namespaces/shop/pods/api-1/log')
    expect(pathOf(deployments('shop'))).toBe('/apis/apps/v1/namespaces/shop/deployments')
    expect(pathOf(autoscalers('shop', 'a b'))).toBe(
      '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/a%20b',
    )
    expect(pathOf(nodes)).toBe('/api/v1/nodes')
  })
})
