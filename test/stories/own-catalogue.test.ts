/** `tminus rehearse --config` with a team's own catalogue, whose names have little to do with each other. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rehearse } from '../../src/commands/rehearse.ts'
import { EXAMPLE_PATH } from './example-services.ts'

const CATALOGUE = `
slack: { command: /ship }
defaults:
  channel: C0FIRST
  approvers: [U0ANNA, U0CHLOE]
services:
  first:
    image: first
    deployers: [U0NOBODYELSE]
  find:
    channel: C0FIND
    approvers: [U0KIM]
    deployers: [U0KIM, U0LEE]
    context: gke_shop_europe-west1_prod
    namespace: find-eu
    workload: finder-app
    service: find-entry
    container: jvm
    image: registry.example.com:5000/shop/find/finder
    health: ["https://find.example.com/$version/health"]
    router:
      kind: istio
      virtualService: shop-mesh
      route: to-find
      by: host
      stable: finder-old.find-eu.svc.cluster.local
      canary: finder-new
    canaryLabels: { app: finder-new, lane: blue, version: $version }
  cart:
    namespace: find-eu
    workload: basket
    service: cart-http
    image: ghcr.io/shop/basket
    measuredBy: istio
    keepFor: 5d
    router: { kind: istio, virtualService: shop-mesh, route: to-cart, by: subset, stable: settled, canary: fresh }
    canaryLabels: { app.kubernetes.io/track: stable }
  pay:
    namespace: default
    workload: pay-2
    service: till
    container: main
    image: shop/pay
    canaryLabels: { app: pay-canary, build: $version }
`

let folder: string
let path: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tminus-own-'))
  path = join(folder, 'own.yml')
  writeFileSync(path, CATALOGUE)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function rehearsal(...args: string[]) {
  const lines: string[] = []
  const exit = await rehearse([...args, '--config', path], EXAMPLE_PATH, (line) => lines.push(line))
  return { exit, text: lines.join(' ').replaceAll(/\s+/g, ' ') }
}

describe.each([
  ['find', 'an istio host behind a shared VirtualService, in a context of its own'],
  ['cart', 'an istio subset behind a shared VirtualService, measured by the mesh'],
  ['pay', 'replicas, in the default namespace'],
])('%s: %s', (service) => {
  it('is deployed to the end', async () => {
    const { exit, text } = await rehearsal(`/ship ${service} v2.0 canary`)
    expect(text).toContain(`${service} v2.0 is deployed: 100 % of traffic`)
    expect(text).not.toContain('✗')
    expect(exit).toBe(0)
  })

  it('goes back by itself when its answers are errors', async () => {
    const { exit, text } = await rehearsal(`/ship ${service} v2.0 canary`, '--fault', 'errors@25')
    expect(text).toContain('Traffic is restored: v1.9 has all of it')
    expect(text).toContain('nothing of v2.0 is left')
    expect(exit).toBe(2)
  })
})
