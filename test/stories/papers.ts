/** What a process of its own must know to run the bot in a town. */
import { ociRegistry } from '../../src/adapters/registry/oci-registry.ts'
import type { Config } from '../../src/config.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Registry } from '../../src/ports/registry.ts'

export interface Papers {
  readonly config: Config
  readonly prefix: string
  readonly anchor: number
  readonly factor: number
  readonly registryHost: string
}

/** The catalogue names a registry of the world outside; here every name leads to the simulated one. */
export function registryAt(host: string, clock: Clock): Registry {
  const registry = ociRegistry({ clock, insecureHosts: [host] })
  return {
    resolve: (repository, tag, signal) =>
      registry.resolve(`${host}/${repository.split('/').slice(1).join('/')}`, tag, signal),
  }
}

export const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
