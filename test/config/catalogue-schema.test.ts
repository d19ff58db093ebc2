import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { catalogueJsonSchema } from '../../src/config/catalogue-schema.ts'
import { valueAt } from '../../src/config/yaml-source.ts'
import { catalogueWith } from './faults-of.ts'

/** zod reads the JSON Schema back: an independent look at what an editor would accept. */
function accepts(data: unknown): boolean {
  const schema = z.fromJSONSchema(JSON.parse(JSON.stringify(catalogueJsonSchema())))
  return schema.safeParse(data).success
}

describe('the JSON Schema of the catalogue', () => {
  it('accepts the example', () => {
    expect(accepts(parse(readFileSync(new URL('../../tminus.example.yml', import.meta.url), 'utf8')))).toBe(true)
  })

  it('refuses what the parser refuses by shape', () => {
    expect(accepts(parse(catalogueWith('')))).toBe(true)
    expect(accepts(parse(catalogueWith('monitor: soon')))).toBe(false)
    expect(accepts(parse(catalogueWith('aprovers: []')))).toBe(false)
  })

  it('describes every option', () => {
    const undescribed: string[] = []
    const visit = (schema: unknown, path: string) => {
      for (const kind of ['anyOf', 'oneOf'])
        for (const each of Object.values(valueAt(schema, [kind]) ?? {})) visit(each, path)
      for (const part of ['items', 'additionalProperties']) {
        const inner = valueAt(schema, [part])
        if (typeof inner === 'object') visit(inner, `${path}.*`)
      }
      for (const [key, option] of Object.entries(valueAt(schema, ['properties']) ?? {})) {
        const known =
          typeof valueAt(option, ['description']) === 'string' ||
          /\.(k|n|kind|errorRatio|requests|query)$/.test(`${path}.${key}`)
        if (!known) undescribed.push(`${path}.${key}`)
        visit(option, `${path}.${key}`)
      }
    }
    visit(catalogueJsonSchema(), '')
    expect(undescribed).toEqual([])
  })
})
