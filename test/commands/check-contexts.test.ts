/** A catalogue that names a cluster which the kubeconfig does not know is refused before anything starts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkContexts } from '../../src/commands/check-contexts.ts'
import { validate } from '../../src/commands/validate.ts'
import { kubeconfigFor } from '../../src/demo/cluster/kubeconfig.ts'
import { makeService } from '../playbook/fixtures.ts'

const entry = (name: string, context: string | null) => `
  ${name}:
    ${context === null ? '' : `context: ${context}`}
    namespace: shop
    image: registry.example.com/shop/${name}`

function catalogue(...entries: string[]): string {
  const defaults = 'defaults: { channel: C012ABCDEF, approvers: [U0ANNA, U0BEN] }'
  return `${defaults}\nservices:${entries.join('')}\n`
}

describe('contexts of the catalogue', () => {
  let folder: string
  const path = (name: string) => join(folder, name)
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tminus-contexts-'))
    writeFileSync(path('kubeconfig'), kubeconfigFor('http://127.0.0.1:1', 'shop', ['east', 'west']))
    writeFileSync(path('good.yml'), catalogue(entry('api', 'east'), entry('search', null)))
    writeFileSync(path('bad.yml'), catalogue(entry('api', 'nroth'), entry('search', 'south')))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function said(file: string, env: Record<string, string>) {
    const lines: string[] = []
    const code = await validate([path(file)], env, (line) => lines.push(line))
    return { code, text: lines.join('\n').replaceAll(folder, '') }
  }

  it('are looked up by validate, and every unknown one is told with those that there are', async () => {
    const env = { KUBECONFIG: path('kubeconfig') }
    expect(await said('good.yml', env)).toEqual({ code: 0, text: '/good.yml is valid: 2 services (api, search).' })
    expect(await said('bad.yml', env)).toEqual({
      code: 1,
      text: [
        '2 faults in the configuration:',
        '  /bad.yml services.api.context is "nroth": a context of the kubeconfig: simulated, east, west',
        '  /bad.yml services.search.context is "south": a context of the kubeconfig: simulated, east, west',
      ].join('\n'),
    })
  })

  it('cannot be looked up in a kubeconfig that cannot be read, and need not be where none is named', async () => {
    const broken = { KUBECONFIG: path('nothing') }
    expect(await said('good.yml', broken)).toMatchObject({ code: 1, text: expect.stringContaining('cannot be read') })
    expect(await checkContexts([makeService({ context: null })], 'x', { path: path('nothing') })).toEqual({
      kind: 'known',
    })
  })
})
