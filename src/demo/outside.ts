/**
 * The world outside the cluster, as a bot meets it that runs on a simulated one: whatever registry and front doors the
 * catalogue names, they lead to the simulated ones. From any process: all it needs is where these are.
 */
import { httpProbe } from '../adapters/probe/http-probe.ts'
import { ociRegistry } from '../adapters/registry/oci-registry.ts'
import { previewServiceName } from '../playbook/preview-service.ts'
import type { Service } from '../playbook/service.ts'
import type { Clock } from '../ports/clock.ts'
import type { Probe } from '../ports/probe.ts'
import type { Registry } from '../ports/registry.ts'

/** How long the simulated front door takes to answer. */
const ANSWER_MS = 12

export interface OutsideOptions {
  readonly services: readonly Service[]
  /** `host:port` of the simulated metrics, which serve registry and front doors too; spoken to without TLS. */
  readonly host: string
  readonly clock: Clock
}

export interface Outside {
  readonly registry: Registry
  readonly probe: Probe
}

export function simulatedOutside({ services, host, clock }: OutsideOptions): Outside {
  const registry = ociRegistry({ clock, insecureHosts: [host] })
  const probe = httpProbe()
  return {
    registry: {
      resolve: (repository, tag, signal) =>
        registry.resolve(`${host}/${repository.split('/').slice(1).join('/') || repository}`, tag, signal),
    },
    probe: {
      async get(url, signal) {
        const answer = await probe.get(frontDoorOf(services, `http://${host}`, url), signal)
        // How fast this machine is has no place in the simulated world, nor in a transcript that can be repeated.
        return answer.kind === 'answered' ? { ...answer, ms: ANSWER_MS } : answer
      },
    },
  }
}

/** The simulated front door of the service whose health address this is; other addresses stay as they are. */
function frontDoorOf(services: readonly Service[], door: string, url: string): string {
  const isOf = (templates: readonly string[]) => templates.some((template) => sameAddress(template, url))
  const owner =
    services.find((service) => service.health.includes(url)) ?? services.find((service) => isOf(service.health))
  if (owner) return `${door}/${owner.namespace}/${owner.serviceName}/health`
  const previewed = services.find((service) => isOf(service.blueGreen.preview))
  return previewed ? `${door}/${previewed.namespace}/${previewServiceName(previewed)}/health` : url
}

function sameAddress(template: string, url: string): boolean {
  const [head = '', ...rest] = template.split('$version')
  return rest.length === 0 ? template === url : url.startsWith(head) && url.endsWith(rest.at(-1) ?? '')
}
