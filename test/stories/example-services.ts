/** The services of the catalogue that ships with the product. */
import { fileURLToPath } from 'node:url'
import { loadCatalogue } from '../../src/commands/read-catalogue.ts'
import type { Catalogue } from '../../src/config.ts'
import type { Service } from '../../src/playbook/service.ts'

export const EXAMPLE_PATH = fileURLToPath(new URL('../../tminus.example.yml', import.meta.url))

export function exampleCatalogue(): Catalogue {
  const loaded = loadCatalogue(EXAMPLE_PATH)
  if ('faults' in loaded) throw new Error(loaded.faults)
  return loaded.catalogue
}

export function exampleServices(): readonly Service[] {
  return exampleCatalogue().services
}

/** One service of the example. */
export function exampleService(name: string): Service {
  const service = exampleServices().find((row) => row.name === name)
  if (!service) throw new Error(`the example has no ${name}`)
  return service
}
