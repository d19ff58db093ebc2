/** The catalogue's file as a whole, and its JSON Schema for editors. */
import { z } from 'zod'
import { group, isWebAddress, kubernetesName, slackTeam, text, wholeNumber } from './scalars.ts'
import { type ServiceOptions, serviceOptions } from './service-options.ts'

const slack = group(
  {
    command: z
      .string({ error: 'a slash command, such as /deploy' })
      .regex(/^\/[a-z0-9_-]{1,31}$/, { error: 'a slash command in small letters, such as /deploy' })
      .optional()
      .describe('The slash command, as in the Slack app. Default: /deploy.'),
    teams: z
      .array(slackTeam(), { error: 'a list of Slack workspace ids' })
      .optional()
      .describe('Workspaces whose people may give orders. Default: only the one of the bot token.'),
    port: wholeNumber(0, 65_535).optional().describe('Port for signed HTTP requests. Default: 3000; PORT wins.'),
  },
  'a group of command, teams and port',
).describe('The Slack side, without tokens: those come from the environment.')

const address = z
  .string({ error: 'a web address, such as http://prometheus:9090' })
  .refine(isWebAddress, { error: 'a web address, such as http://prometheus:9090' })

export const catalogueSchema = z.strictObject(
  {
    slack,
    prometheus: group(
      { url: address.optional().describe('Default (playbook): http://prometheus:9090; PROMETHEUS_URL wins.') },
      'a group with url',
    ).describe('The metrics store.'),
    journal: text('a path', 1024)
      .optional()
      .describe('File that gets one line per ended deployment. Default (playbook): /var/log/deployments.log.'),
    incidents: text('a path', 1024)
      .optional()
      .describe('File that gets one line per emergency rollback. Default (playbook): /var/log/incidents.log.'),
    defaults: serviceOptions
      .nullable()
      .transform((options) => options ?? undefined)
      .optional()
      .describe('Settings for every service that does not say otherwise.'),
    services: z
      .record(
        kubernetesName('the name of a service'),
        serviceOptions.nullable().transform((options): ServiceOptions => options ?? {}),
        { error: 'services by name, at least one' },
      )
      .refine((services) => Object.keys(services).length > 0, { error: 'services by name, at least one' })
      .describe('What may be deployed, by name.'),
  },
  { error: 'a catalogue: services, and perhaps defaults, slack, prometheus, journal and incidents' },
)
export type CatalogueFile = z.output<typeof catalogueSchema>

/** JSON Schema (2020-12) of the file as it is written, for editors and for other programs. */
export function catalogueJsonSchema(): object {
  const schema = z.toJSONSchema(catalogueSchema, { io: 'input', unrepresentable: 'any' })
  return { title: 'tminus.yml, the catalogue of T-Minus', ...schema }
}
