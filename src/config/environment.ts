/** The one place that reads the environment: secrets under Slack's usual names, addresses, role. */
import type { ConfigFault } from './fault.ts'
import { shownValue } from './secret-shape.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export const ROLES = ['bot', 'worker', 'all'] as const
export type Role = (typeof ROLES)[number]

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface EnvironmentSettings {
  readonly botToken: string
  readonly appToken: string | null
  readonly signingSecret: string | null
  /** Another address of Slack's Web API; null: Slack's own. */
  readonly apiUrl: string | null
  readonly port: number | null
  readonly redisUrl: string
  readonly prometheusUrl: string | null
  /** Value of the Authorization header for Prometheus: bearer or basic; null: none. */
  readonly prometheusAuthorization: string | null
  /** Folder of a Docker `config.json` with the registries' logins; null: images are asked about as nobody. */
  readonly dockerConfigDir: string | null
  readonly kubeconfigPath: string | null
  readonly role: Role
  readonly logLevel: LogLevel
}

export interface EnvironmentReading {
  /** Complete only when there are no faults. */
  readonly settings: EnvironmentSettings
  readonly faults: readonly ConfigFault[]
}

/** Where the catalogue is: TMINUS_CONFIG, or `tminus.yml` in the working directory. */
export function cataloguePath(env: Environment): string {
  return env.TMINUS_CONFIG || 'tminus.yml'
}

interface Variable {
  readonly name: string
  readonly allowed: string
  readonly fits: (value: string) => boolean
}

const VARIABLES = {
  botToken: { name: 'SLACK_BOT_TOKEN', allowed: 'the bot token of the Slack app, xoxb-...', fits: startsWith('xoxb-') },
  appToken: { name: 'SLACK_APP_TOKEN', allowed: 'an app-level token, xapp-...', fits: startsWith('xapp-') },
  signingSecret: {
    name: 'SLACK_SIGNING_SECRET',
    allowed: 'the signing secret of the Slack app, at least 8 characters without blanks',
    fits: (value) => /^\S{8,}$/.test(value),
  },
  apiUrl: { name: 'SLACK_API_URL', allowed: 'a web address, such as https://slack.com/api/', fits: webAddress },
  port: {
    name: 'PORT',
    allowed: 'a port from 0 to 65535',
    fits: (value) => /^\d{1,5}$/.test(value) && Number(value) <= 65_535,
  },
  redisUrl: {
    name: 'REDIS_URL',
    allowed: 'a Redis address, such as redis://127.0.0.1:6379 or rediss://user:password@host:6380',
    fits: (value) => /^rediss?:\/\/./.test(value) && URL.canParse(value),
  },
  prometheusUrl: { name: 'PROMETHEUS_URL', allowed: 'a web address, such as http://prometheus:9090', fits: webAddress },
  prometheusToken: {
    name: 'PROMETHEUS_TOKEN',
    allowed: 'a bearer token without blanks',
    fits: (value) => /^[\x21-\x7e]+$/.test(value),
  },
  prometheusUsername: {
    name: 'PROMETHEUS_USERNAME',
    allowed: 'a user name without a colon',
    fits: (value) => /^[^:\p{Cc}]+$/u.test(value),
  },
  prometheusPassword: {
    name: 'PROMETHEUS_PASSWORD',
    allowed: 'the password of PROMETHEUS_USERNAME',
    fits: (value) => value !== '',
  },
  dockerConfigDir: {
    name: 'DOCKER_CONFIG',
    allowed: 'the folder of a Docker config.json, such as /etc/tminus/docker',
    fits: (value) => value.trim() !== '',
  },
  kubeconfigPath: {
    name: 'KUBECONFIG',
    allowed: 'the path of a kubeconfig file',
    fits: (value) => value.trim() !== '',
  },
  role: { name: 'ROLE', allowed: `one of ${ROLES.join(', ')}`, fits: (value) => ROLES.some((role) => role === value) },
  logLevel: {
    name: 'LOG_LEVEL',
    allowed: `one of ${LOG_LEVELS.join(', ')}`,
    fits: (value) => LOG_LEVELS.some((level) => level === value),
  },
} satisfies Record<string, Variable>

/** Never throws. A variable that is set but empty is a fault: an empty secret is a mistake, not a choice. */
export function readEnvironment(env: Environment): EnvironmentReading {
  const faults: ConfigFault[] = []
  const read = (variable: Variable): string | null => {
    const value = env[variable.name]
    if (value === undefined) return null
    if (variable.fits(value)) return value
    faults.push(fault(variable, value === '' ? 'empty' : shownValue(value, secretOr(variable.name)), variable.allowed))
    return null
  }
  const text = {
    botToken: read(VARIABLES.botToken),
    appToken: read(VARIABLES.appToken),
    signingSecret: read(VARIABLES.signingSecret),
    apiUrl: read(VARIABLES.apiUrl),
    port: read(VARIABLES.port),
    redisUrl: read(VARIABLES.redisUrl),
    prometheusUrl: read(VARIABLES.prometheusUrl),
    prometheusToken: read(VARIABLES.prometheusToken),
    prometheusUsername: read(VARIABLES.prometheusUsername),
    prometheusPassword: read(VARIABLES.prometheusPassword),
    dockerConfigDir: read(VARIABLES.dockerConfigDir),
    kubeconfigPath: read(VARIABLES.kubeconfigPath),
    role: read(VARIABLES.role),
    logLevel: read(VARIABLES.logLevel),
  }
  if (env.SLACK_BOT_TOKEN === undefined) faults.push(fault(VARIABLES.botToken, 'not set', VARIABLES.botToken.allowed))
  const role = ROLES.find((known) => known === text.role) ?? 'all'
  const wayIn = env.SLACK_APP_TOKEN ?? env.SLACK_SIGNING_SECRET
  if (role !== 'worker' && wayIn === undefined)
    faults.push(
      fault(
        VARIABLES.appToken,
        'not set',
        'an app-level token, xapp-..., for Socket Mode, or SLACK_SIGNING_SECRET for signed HTTP',
      ),
    )
  faults.push(...halfLogins(env))
  return {
    faults,
    settings: {
      botToken: text.botToken ?? '',
      appToken: text.appToken,
      signingSecret: text.signingSecret,
      apiUrl: text.apiUrl,
      port: text.port === null ? null : Number(text.port),
      redisUrl: text.redisUrl ?? 'redis://127.0.0.1:6379',
      prometheusUrl: text.prometheusUrl,
      prometheusAuthorization: authorization(text.prometheusToken, text.prometheusUsername, text.prometheusPassword),
      dockerConfigDir: text.dockerConfigDir,
      kubeconfigPath: text.kubeconfigPath,
      role,
      logLevel: LOG_LEVELS.find((known) => known === text.logLevel) ?? 'info',
    },
  }
}

/** Two ways to log in to Prometheus, of which at most one is used, and as a whole. */
function halfLogins(env: Environment): readonly ConfigFault[] {
  const { prometheusToken, prometheusUsername, prometheusPassword } = VARIABLES
  const isSet = ({ name }: Variable) => env[name] !== undefined
  if (isSet(prometheusToken) && (isSet(prometheusUsername) || isSet(prometheusPassword)))
    return [
      fault(
        prometheusToken,
        'set',
        'either PROMETHEUS_TOKEN, or PROMETHEUS_USERNAME with PROMETHEUS_PASSWORD, not both',
      ),
    ]
  if (isSet(prometheusUsername) === isSet(prometheusPassword)) return []
  const [given, missing] = isSet(prometheusUsername)
    ? [prometheusUsername, prometheusPassword]
    : [prometheusPassword, prometheusUsername]
  return [fault(missing, 'not set', `${missing.allowed}, since ${given.name} is set`)]
}

function authorization(token: string | null, username: string | null, password: string | null): string | null {
  if (token !== null) return `Bearer ${token}`
  if (username === null || password === null) return null
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

function fault(variable: Variable, seen: string, allowed: string): ConfigFault {
  return { file: 'environment', line: null, column: null, path: variable.name, seen, allowed }
}

/** REDIS_URL and its kind may carry a password, so that they are never shown either. */
function secretOr(name: string): string {
  return name.endsWith('_URL') ? 'secret' : name
}

function startsWith(prefix: string) {
  return (value: string) => value.startsWith(prefix) && value.length > prefix.length && !/\s/.test(value)
}

function webAddress(value: string): boolean {
  return /^https?:\/\//.test(value) && URL.canParse(value)
}
