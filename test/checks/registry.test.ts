import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CHECKS, checkNamed } from '../../src/checks/registry.ts'
import { HEALTH_CHECKS, PREFLIGHT_CHECKS } from '../../src/playbook/plan-steps.ts'
import { EYES, makeService, newDeployment } from '../playbook/fixtures.ts'

describe('the registry of checks', () => {
  const planned = (['canary', 'blue-green', 'rolling'] as const)
    .map((strategy) => newDeployment(makeService({ eyes: EYES }), undefined, strategy))
    .flatMap(({ plan }) => plan.phases.flatMap((phase) => phase.steps))
    .flatMap(({ want }) => (want.do === 'check' ? want.checks : []))

  it('has every check that a plan names, and no other', () => {
    expect(planned).toEqual(expect.arrayContaining([...PREFLIGHT_CHECKS, ...HEALTH_CHECKS, 'no-open-alerts']))
    expect(CHECKS.map((check) => check.name).sort()).toEqual([...new Set(planned)].sort())
  })

  it('has each check once, in a file of its name', () => {
    const names = CHECKS.map((check) => check.name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names)
      expect(existsSync(new URL(`../../src/checks/${name}.ts`, import.meta.url)), name).toBe(true)
  })

  it('finds a check by name, and nothing where there is none', () => {
    expect(checkNamed('image-exists')?.claim).toBe('the image of the new version is in the registry')
    expect(checkNamed('image-exist')).toBeUndefined()
  })
})
