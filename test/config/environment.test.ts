import { describe, expect, it } from 'vitest'
import { cataloguePath, type Environment } from '../../src/config/environment.ts'
import { formatFaults } from '../../src/config/fault.ts'
import { parseCatalogue } from '../../src/config.ts'
import { catalogueWith } from './faults-of.ts'

const socket = { SLACK_BOT_TOKEN: 'xoxb-1-abc', SLACK_APP_TOKEN: 'xapp-1-abc' }

function read(env: Environment, text = catalogueWith('')) {
  const reading = parseCatalogue(text, 'tminus.yml', env)
  return reading.ok ? reading.config : reading.faults.map((fault) => `${fault.path} is ${fault.seen}: ${fault.allowed}`)
}

describe('the environment', () => {
  it('needs the tokens and nothing else', () => {
    expect(read(socket)).toMatchObject({
      redisUrl: 'redis://127.0.0.1:6379',
      prometheusUrl: 'http://prometheus:9090',
      kubeconfigPath: null,
      journalPath: '/var/log/deployments.log',
      incidentsPath: '/var/log/incidents.log',
      role: 'all',
      logLevel: 'info',
      slack: { port: 3000, apiUrl: null, signingSecret: null },
    })
  })

  it('carries the logins of Prometheus and of the registries', () => {
    expect(read(socket)).not.toHaveProperty('prometheusAuthorization')
    expect(read({ ...socket, PROMETHEUS_TOKEN: 't0ken' })).toMatchObject({ prometheusAuthorization: 'Bearer t0ken' })
    const basic = { PROMETHEUS_USERNAME: 'bot', PROMETHEUS_PASSWORD: 's3:cret' }
    expect(read({ ...socket, ...basic, DOCKER_CONFIG: '/etc/tminus/docker' })).toMatchObject({
      prometheusAuthorization: `Basic ${Buffer.from('bot:s3:cret').toString('base64')}`,
      dockerConfigDir: '/etc/tminus/docker',
    })
  })

  it('wins over the file where both may speak', () => {
    const text = `slack: { port: 8080 }\nprometheus: { url: http://a:1 }\n${catalogueWith('')}`
    expect(read(socket, text)).toMatchObject({ prometheusUrl: 'http://a:1', slack: { port: 8080 } })
    const env = {
      ...socket,
      PORT: '0',
      PROMETHEUS_URL: 'http://b:2',
      KUBECONFIG: '/k',
      ROLE: 'bot',
      LOG_LEVEL: 'debug',
    }
    expect(read(env, text)).toMatchObject({
      prometheusUrl: 'http://b:2',
      kubeconfigPath: '/k',
      role: 'bot',
      logLevel: 'debug',
      slack: { port: 0 },
    })
  })

  it.each<readonly [string, Environment, string]>([
    ['no bot token', { SLACK_APP_TOKEN: 'xapp-1' }, 'SLACK_BOT_TOKEN is not set'],
    ['an empty bot token', { ...socket, SLACK_BOT_TOKEN: '' }, 'SLACK_BOT_TOKEN is empty'],
    ["a person's token for the bot's", { ...socket, SLACK_BOT_TOKEN: 'xoxp-1-abc' }, 'the bot token'],
    ['an empty app token', { ...socket, SLACK_APP_TOKEN: '' }, 'SLACK_APP_TOKEN is empty'],
    ['an empty signing secret', { ...socket, SLACK_SIGNING_SECRET: '' }, 'SLACK_SIGNING_SECRET is empty'],
    ['no way in', { SLACK_BOT_TOKEN: 'xoxb-1-abc' }, 'or SLACK_SIGNING_SECRET for signed HTTP'],
    ['an unknown role', { ...socket, ROLE: 'boss' }, 'one of bot, worker, all'],
    ['an unknown log level', { ...socket, LOG_LEVEL: 'loud' }, 'LOG_LEVEL is "loud"'],
    ['a port that is none', { ...socket, PORT: '70000' }, 'a port from 0 to 65535'],
    ['an address of something else', { ...socket, REDIS_URL: 'http://x' }, 'a Redis address'],
    ['an empty kubeconfig', { ...socket, KUBECONFIG: '' }, 'KUBECONFIG is empty'],
    ['a token with a line end', { ...socket, PROMETHEUS_TOKEN: 't0ken\n' }, 'PROMETHEUS_TOKEN is (hidden'],
    ['an empty token', { ...socket, PROMETHEUS_TOKEN: '' }, 'PROMETHEUS_TOKEN is empty'],
    ['a user without a password', { ...socket, PROMETHEUS_USERNAME: 'bot' }, 'PROMETHEUS_PASSWORD is not set'],
    ['a password without a user', { ...socket, PROMETHEUS_PASSWORD: 's3cret' }, 'PROMETHEUS_USERNAME is not set'],
    [
      'two logins',
      { ...socket, PROMETHEUS_TOKEN: 't', PROMETHEUS_USERNAME: 'bot', PROMETHEUS_PASSWORD: 's3cret' },
      'not both',
    ],
    ['an empty folder of logins', { ...socket, DOCKER_CONFIG: '' }, 'DOCKER_CONFIG is empty'],
    ['a store without a scheme', { ...socket, PROMETHEUS_URL: 'prometheus:9090' }, 'http://prometheus:9090'],
  ])('is refused for %s', (_what, env, says) => {
    const faults = read(env)
    expect(faults).toHaveLength(1)
    expect(faults).toEqual([expect.stringContaining(says)])
  })

  it('lets a worker be without a way in from Slack', () => {
    expect(read({ SLACK_BOT_TOKEN: 'xoxb-1-abc', ROLE: 'worker' })).toMatchObject({ role: 'worker' })
  })

  it('is told with the faults of the file, and never shows a secret', () => {
    const env = {
      SLACK_BOT_TOKEN: 'xoxp-verysecret',
      SLACK_SIGNING_SECRET: 'short',
      REDIS_URL: 'reddis://:verysecret@h',
    }
    const reading = parseCatalogue(catalogueWith('monitor: soon'), 'tminus.yml', env)
    if (reading.ok) throw new Error('must be refused')
    expect(formatFaults(reading.faults)).toMatch(
      /^4 faults in the configuration:\n {2}tminus\.yml:6:14 services\.api\.monitor is "soon"/,
    )
    expect(formatFaults(reading.faults)).not.toMatch(/verysecret|short/)
  })

  it('says where the catalogue is', () => {
    expect(cataloguePath({})).toBe('tminus.yml')
    expect(cataloguePath({ TMINUS_CONFIG: '/etc/tminus/shop.yml' })).toBe('/etc/tminus/shop.yml')
  })
})
