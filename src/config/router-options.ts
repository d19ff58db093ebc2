/** `router` of a service: how its traffic is divided, and the names of the team's objects that do it. */
import { z } from 'zod'
import { host, kubernetesName, oneOf, text } from './scalars.ts'

const sides = {
  stable: kubernetesName("the old version's Service")
    .optional()
    .describe('Service of the old version. Default, and nothing else: the `service` of this entry.'),
  canary: kubernetesName("the new version's Service").describe('Service of the new version.'),
}

export const routerOptions = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({ kind: z.literal('replicas') }).describe('No mesh: the nearest ratio of pods.'),
      z.strictObject({
        kind: z.literal('istio'),
        virtualService: kubernetesName('the name of the VirtualService').describe('Name of the VirtualService.'),
        route: text('the name of an http route in the VirtualService', 253)
          .optional()
          .describe('Name of the http route; left out: the only http route.'),
        by: oneOf(['host', 'subset']).describe(
          'host: two Services. subset: one Service, two subsets of a DestinationRule.',
        ),
        stable: host('the old version').describe('Host or subset of the old version.'),
        canary: host('the new version').describe('Host or subset of the new version.'),
      }),
      z.strictObject({
        kind: z.literal('gateway-api'),
        httpRoute: kubernetesName('the name of the HTTPRoute').describe('Name of the HTTPRoute.'),
        rule: text('the name of a rule in the HTTPRoute', 253)
          .optional()
          .describe('Name of the rule; left out: the only rule with both Services among its backends.'),
        ...sides,
      }),
      z.strictObject({
        kind: z.literal('nginx'),
        ingress: kubernetesName('the name of the stable Ingress').describe(
          'Name of the stable Ingress. Its canary is `<ingress>-canary`: made for the run, or the one that is there.',
        ),
        ...sides,
      }),
    ],
    {
      error:
        'kind: replicas; or kind: istio with virtualService, by, stable and canary; or kind: gateway-api with httpRoute and canary; or kind: nginx with ingress and canary',
    },
  )
  .describe('How traffic is divided. Default: kind: replicas.')
