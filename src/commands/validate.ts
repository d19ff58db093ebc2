/** `tminus validate [file]`: every fault of a catalogue at once. Exit code 0 without faults, 1 with. */
import { cataloguePath, type Environment, readEnvironment } from '../config/environment.ts'
import { checkContexts } from './check-contexts.ts'
import { loadCatalogue } from './read-catalogue.ts'

export async function validate(
  args: readonly string[],
  env: Environment,
  print: (line: string) => void,
): Promise<number> {
  const path = args[0] ?? cataloguePath(env)
  const loaded = loadCatalogue(path)
  if ('faults' in loaded) {
    print(loaded.faults)
    return 1
  }
  const { services } = loaded.catalogue
  const contexts = await checkContexts(services, path, {
    path: readEnvironment(env).settings.kubeconfigPath ?? undefined,
  })
  if (contexts.kind === 'faults') {
    print(contexts.text)
    return 1
  }
  const names = services.map((service) => service.name)
  print(`${path} is valid: ${names.length} ${names.length === 1 ? 'service' : 'services'} (${names.join(', ')}).`)
  if (contexts.kind === 'nothing-to-compare') print('Its contexts were not looked up: there is no kubeconfig here.')
  return 0
}
