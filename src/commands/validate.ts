/** `tminus validate [file]`: every fault of a catalogue at once. Exit code 0 without faults, 1 with. */
import { cataloguePath, type Environment } from '../config/environment.ts'
import { loadCatalogue } from './read-catalogue.ts'

export function validate(args: readonly string[], env: Environment, print: (line: string) => void): number {
  const path = args[0] ?? cataloguePath(env)
  const loaded = loadCatalogue(path)
  if ('faults' in loaded) {
    print(loaded.faults)
    return 1
  }
  const names = loaded.catalogue.services.map((service) => service.name)
  print(`${path} is valid: ${names.length} ${names.length === 1 ? 'service' : 'services'} (${names.join(', ')}).`)
  return 0
}
