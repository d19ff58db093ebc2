/**
 * The configuration: the catalogue `tminus.yml` and the environment, read once at the start. Every fault is told at once.
 */
import { type CatalogueFile, catalogueJsonSchema, catalogueSchema } from './config/catalogue-schema.ts'
import { type Environment, type LogLevel, type Role, readEnvironment } from './config/environment.ts'
import type { ConfigFault, Finding, Path } from './config/fault.ts'
import { knownKeys } from './config/known-keys.ts'
import { lenientParse } from './config/lenient-parse.ts'
import { makeService } from './config/make-service.ts'
import { mergeOptions } from './config/merge-options.ts'
import { withPlaces } from './config/places.ts'
import { secretsInFile } from './config/secrets-in-file.ts'
import { SERVICE_RULES, servicesCollide } from './config/service-rules.ts'
import { readYaml, valueAt, type YamlSource } from './config/yaml-source.ts'
import type { Service } from './playbook/service.ts'

/** What the file says, without the environment: enough for `validate`, `schema` and `rehearse`. */
export interface Catalogue {
  /** In the file's order; never empty. */
  readonly services: readonly Service[]
  readonly slack: { readonly command: string; readonly allowedTeams: readonly string[]; readonly port: number }
  readonly prometheusUrl: string
  readonly journalPath: string
  readonly incidentsPath: string
}

export interface Config {
  readonly services: readonly Service[]
  readonly slack: {
    readonly botToken: string
    /** Set: Socket Mode. Null: signed HTTP on `port`. */
    readonly appToken: string | null
    readonly signingSecret: string | null
    /** Another address of Slack's Web API; null: Slack's own. */
    readonly apiUrl: string | null
    readonly port: number
    readonly command: string
    /** Empty: only the workspace of the bot token. */
    readonly allowedTeams: readonly string[]
  }
  readonly redisUrl: string
  readonly prometheusUrl: string
  /** Value of the Authorization header for Prometheus; absent: none, or what the address carries. Secret. */
  readonly prometheusAuthorization?: string
  /** Folder of a Docker `config.json` with the registries' logins; absent: images are asked about as nobody. */
  readonly dockerConfigDir?: string
  /** Null: the usual places, then the cluster that the process runs in. */
  readonly kubeconfigPath: string | null
  readonly journalPath: string
  readonly incidentsPath: string
  readonly role: Role
  readonly logLevel: LogLevel
}

export type CatalogueReading =
  | { readonly ok: true; readonly catalogue: Catalogue }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] }

export type ConfigReading =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] }

/** The whole configuration. `fileName` is only for the faults. Never throws. */
export function parseCatalogue(yamlText: string, fileName: string, env: Environment): ConfigReading {
  const file = readCatalogue(yamlText, fileName)
  const { settings, faults } = readEnvironment(env)
  if (!file.ok) return { ok: false, faults: [...file.faults, ...faults] }
  if (faults.length > 0) return { ok: false, faults }
  const { catalogue } = file
  return {
    ok: true,
    config: {
      services: catalogue.services,
      slack: {
        botToken: settings.botToken,
        appToken: settings.appToken,
        signingSecret: settings.signingSecret,
        apiUrl: settings.apiUrl,
        port: settings.port ?? catalogue.slack.port,
        command: catalogue.slack.command,
        allowedTeams: catalogue.slack.allowedTeams,
      },
      redisUrl: settings.redisUrl,
      prometheusUrl: settings.prometheusUrl ?? catalogue.prometheusUrl,
      ...(settings.prometheusAuthorization === null
        ? {}
        : { prometheusAuthorization: settings.prometheusAuthorization }),
      ...(settings.dockerConfigDir === null ? {} : { dockerConfigDir: settings.dockerConfigDir }),
      kubeconfigPath: settings.kubeconfigPath,
      journalPath: catalogue.journalPath,
      incidentsPath: catalogue.incidentsPath,
      role: settings.role,
      logLevel: settings.logLevel,
    },
  }
}

/** The catalogue alone. Never throws. */
export function readCatalogue(yamlText: string, fileName: string): CatalogueReading {
  const source = readYaml(yamlText, fileName)
  if (source.data === undefined) return { ok: false, faults: source.faults }
  const schema = catalogueJsonSchema()
  const parsed = lenientParse(catalogueSchema, source.data, (path, data) => knownKeys(schema, path, data))
  const file = parsed.value
  const services = file ? servicesOf(file) : []
  const secrets = secretsInFile(source.data)
  // A secret under an unknown key is told once, as a secret.
  const shape = parsed.findings.filter((finding) => !secrets.some((secret) => samePath(secret.path, finding.path)))
  const rules = services.flatMap((service) => judgeService(service, source, parsed.dropped))
  const collisions = servicesCollide(services).map(({ service, finding }) => placed(service, finding, source))
  const faults = [...secrets, ...shape, ...rules, ...collisions].map(source.locate)
  const all = [...source.faults, ...faults].sort(inFileOrder)
  if (!file || all.length > 0) return { ok: false, faults: all }
  return {
    ok: true,
    catalogue: {
      services,
      slack: {
        command: file.slack?.command ?? '/deploy',
        allowedTeams: file.slack?.teams ?? [],
        port: file.slack?.port ?? 3000,
      },
      prometheusUrl: file.prometheus?.url ?? 'http://prometheus:9090',
      journalPath: file.journal ?? '/var/log/deployments.log',
      incidentsPath: file.incidents ?? '/var/log/incidents.log',
    },
  }
}

function servicesOf(file: CatalogueFile): Service[] {
  return withPlaces(
    Object.entries(file.services).map(([name, own]) => makeService(name, mergeOptions(file.defaults ?? {}, own))),
  )
}

const REQUIRED = {
  image: 'an image repository without tag, such as registry.example.com/shop/api',
  channel: 'a Slack channel id, such as C012ABCDEF',
  approvers: 'at least one Slack user id, such as U012ABCDEF',
} as const

/** Findings of one service; silent about what was left out because it is faulty itself. */
function judgeService(service: Service, source: YamlSource, dropped: readonly Path[]): Finding[] {
  const faulty = (path: Path) =>
    dropped.some((gone) =>
      [
        ['services', service.name, ...path],
        ['defaults', ...path],
      ].some((full) => isWithin(full, gone)),
    )
  const missing = Object.entries(REQUIRED).flatMap(([key, allowed]) => {
    const given = [
      ['services', service.name, key],
      ['defaults', key],
    ].some((path) => valueAt(source.data, path) !== undefined)
    if (given || faulty([key])) return []
    return [{ path: ['services', service.name], atKey: true, seen: null, allowed: `${key} is missing: ${allowed}` }]
  })
  const broken = SERVICE_RULES.flatMap((rule) => rule(service))
    .filter((finding) => !faulty(finding.path))
    .map((finding) => placed(service.name, finding, source))
  return [...missing, ...broken]
}

/** Where the value comes from: the service's own group, `defaults`, or neither. */
function placed(service: string, finding: Finding, source: YamlSource): Finding {
  const own: Path = ['services', service, ...finding.path]
  const shared: Path = ['defaults', ...finding.path]
  const first = finding.path.slice(0, 2)
  const isOwn = valueAt(source.data, ['services', service, ...first]) !== undefined
  const isShared = !isOwn && valueAt(source.data, ['defaults', ...first]) !== undefined
  return { ...finding, path: isShared ? shared : own }
}

function isWithin(path: Path, whole: Path): boolean {
  return whole.every((part, index) => path[index] === part)
}

function samePath(left: Path, right: Path): boolean {
  return left.length === right.length && isWithin(left, right)
}

function inFileOrder(left: ConfigFault, right: ConfigFault): number {
  return (left.line ?? 0) - (right.line ?? 0) || (left.column ?? 0) - (right.column ?? 0)
}
