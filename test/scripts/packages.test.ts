/** Versions that break an install when they move, each with what breaks (docs/decisions/0005, research of the packages). */
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const lock = z.object({ packages: z.record(z.string(), z.looseObject({ version: z.string().optional() })) })

describe('package-lock.json', async () => {
  const text = await readFile(new URL('../../package-lock.json', import.meta.url), 'utf8')
  const { packages } = lock.parse(JSON.parse(text))
  const versions = (name: string) =>
    Object.entries(packages).flatMap(([path, { version = '' }]) =>
      path.endsWith(`node_modules/${name}`) ? [version] : [],
    )

  it('has one undici, of version 7: with 8 neither Bolt nor the Kubernetes client loads on Node 20', () => {
    expect(versions('undici')).toEqual([expect.stringMatching(/^7\./)])
  })
  it('has one ioredis: a connection of another copy is none for BullMQ', () => {
    expect(versions('ioredis')).toHaveLength(1)
  })
  it('has a vitest and a vite that run on Node 20', () => {
    expect(versions('vitest')).toEqual([expect.stringMatching(/^4\./)])
    expect(versions('vite').every((version) => version.startsWith('8.'))).toBe(true)
  })
  it('holds the versions for which npm ci finds a package of every platform', () => {
    expect(versions('@biomejs/biome')).toEqual([expect.stringMatching(/^2\.5\./)])
    expect(versions('oxlint')).toEqual(['1.89.0'])
    expect(versions('oxlint-tsgolint')).toEqual(['7.0.2004'])
    expect(versions('msgpackr-extract')).toEqual(['3.0.4'])
  })
  it('names no registry: a checkout installs from whichever npm is set up for', () => {
    expect(text).not.toContain('"resolved"')
  })
})
