import { describe, expect, it } from 'vitest'
import { catalogueWith, faultsOf } from './faults-of.ts'

/** [what is refused, the lines under the service, what the one fault says] */
const ONE_FAULT: readonly (readonly [string, string, string])[] = [
  ['an unknown key, with the nearest known one', 'aprovers: [U0ANNA]', 'did you mean approvers?'],
  ['an emergency that nobody could order', 'emergency: []', 'at least one Slack user id'],
  ['a name where an id belongs', 'emergency: [anna]', 'emergency'],
  ['an unknown key in a router of its kind', 'router: { kind: replicas, stable: api }', 'known here: kind'],
  ['an unknown metric', 'thresholds: { latency-95: { target: 1ms } }', 'did you mean latency-p95?'],
  ['an unknown router', 'router: { kind: traefik }', 'kind: replicas; or kind: istio'],
  [
    'a router setting that is missing',
    'router: { kind: istio, by: host, stable: a, canary: b }',
    'virtualService is missing',
  ],
  [
    'an istio router without two sides',
    'router: { kind: istio, virtualService: v, by: host, stable: a, canary: a }',
    'no traffic could be told apart',
  ],
  [
    'an unknown way of routing',
    'router: { kind: istio, virtualService: v, by: port, stable: a, canary: b }',
    'one of host, subset',
  ],
  ['an HTTPRoute without a name', 'router: { kind: gateway-api, canary: b }', 'httpRoute is missing'],
  [
    'a canary Service that is the stable one',
    'router: { kind: gateway-api, httpRoute: r, canary: api }',
    "another Service than the old version's",
  ],
  [
    'a stable Service that the way back would not move',
    'router: { kind: nginx, ingress: shop, stable: other, canary: api-canary }',
    "the way back moves that Service's selector",
  ],
  ['a length of time without a unit', 'monitor: 10', 'with its unit'],
  ['a length of time that is too long', 'monitor: 48h', 'from 1s to 24h'],
  ['a share above all', 'judgement: { successRate: 980% }', 'from 0% to 100%'],
  ['a share below nothing', 'judgement: { successRate: -0.1 }', 'from 0% to 100%'],
  ['a broken number', 'judgement: { trafficFloor: 1.5 }', 'a whole number from 1'],
  ['k above n', 'judgement: { warningOf: { k: 4, n: 3 } }', 'k is at most n'],
  [
    'shares that do not rise',
    'canary: { steps: [{ percent: 50, observe: 10m }, { percent: 50, observe: 10m }, { percent: 100, observe: 10m }] }',
    'more than 50',
  ],
  ['shares that do not end in 100', 'canary: { steps: [{ percent: 50%, observe: 10m }] }', 'the last step gives 100'],
  ['no steps', 'canary: { steps: [] }', 'at least one step'],
  [
    'part of a percent',
    'canary: { steps: [{ percent: 0.5, observe: 10m }, { percent: 100, observe: 10m }] }',
    'a whole percentage',
  ],
  ['a window shorter than a sample interval', 'canary: { steps: [{ percent: 100, observe: 5s }] }', '10s or longer'],
  ['an unknown gate', 'canary: { steps: [{ percent: 100, observe: 10m, gate: manual }] }', 'one of auto, approval'],
  ['no pods', 'canary: { steps: [{ percent: 100, observe: 10m, pods: 0 }] }', 'or all'],
  [
    'levels in the wrong order where small is good',
    'thresholds: { latency-p95: { target: 400ms } }',
    'target <= warning <= critical',
  ],
  [
    'levels in the wrong order where large is good',
    'thresholds: { cache-hit-rate: { critical: 99% } }',
    'target >= warning >= critical',
  ],
  ['a latency without sense', 'thresholds: { latency-p95: { target: fast } }', 'such as 200ms'],
  ['a query of the error rate', 'thresholds: { error-rate: { query: up } }', 'it has no query'],
  ['a variable nobody fills', 'thresholds: { queue-depth: { query: "q{ns=\\"$name\\"}" } }', '$namespace'],
  ['an unknown strategy', 'strategies: [canary, big-bang]', 'one of canary, blue-green, rolling'],
  ['no strategy', 'strategies: []', 'at least one strategy'],
  [
    'a default strategy that is not allowed',
    'strategies: [rolling]\ndefaultStrategy: canary',
    "one of this service's strategies",
  ],
  ["a person's name for an id", 'deployers: [anna]', 'a Slack user id'],
  ['an address without a scheme', 'health: [api.example.com/health]', 'a web address'],
  ['a namespace in capitals', 'namespace: Production', 'small letters'],
  ['a workload without room for its suffix', `workload: ${'a'.repeat(60)}`, 'at most 54 characters'],
  [
    'a Service without room for the name of its preview',
    `service: ${'a'.repeat(56)}`,
    'at most 55 characters, since `<service>-preview`',
  ],
  ['a blue-green watch without a sample', 'blueGreen: { monitor: 5s }', 'at least one sample fits in'],
  ['a rolling watch without a sample', 'rolling: { observe: 5s }', 'at least one sample fits in'],
  ['a batch of nobody', 'rolling: { batch: 0 }', 'a whole number from 1 to 1000'],
  ['the router of rolling, which is no choice', 'router: { kind: rolling }', 'kind: replicas; or kind: istio with'],
  ['a preview that is no address', 'blueGreen: { preview: [api-preview] }', 'a web address'],
  ['the router of blue-green, which is no choice', 'router: { kind: switch }', 'kind: replicas; or kind: istio with'],
  ['a label value that is a number', 'canaryLabels: { track: 2 }', 'quote numbers'],
  ['a label name that is none', 'canaryLabels: { "a b": c }', 'a label name'],
  ['a group that is a list', 'guard: [1]', 'a group of settings'],
  ['an unknown answer to a breach', 'onBreach: panic', 'one of rollback, ask'],
]

describe('a service is refused for', () => {
  it.each(ONE_FAULT)('%s', (_what, lines, says) => {
    const faults = faultsOf(catalogueWith(lines))
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain(says)
  })

  it('what is required and missing, all of it', () => {
    expect(faultsOf('services: { api: }').map((fault) => fault.replace(/: .*: /, ': '))).toEqual([
      expect.stringContaining('such as registry.example.com/shop/api'),
      expect.stringContaining('such as C012ABCDEF'),
      expect.stringContaining('such as U012ABCDEF'),
    ])
  })

  it('an empty list of approvers, even where the defaults have some', () => {
    const text = catalogueWith('').replace('[U0ANNA, U0CHLOE]', '[]')
    expect(faultsOf(`defaults: { approvers: [U0ANNA, U0BEN] }\n${text}`)).toEqual([
      expect.stringContaining('at least one Slack user id'),
    ])
  })

  it('an only approver who is the only one to start, since nobody may approve their own', () => {
    const alone = catalogueWith('').replace(', U0CHLOE', '')
    expect(faultsOf(alone)).toEqual([expect.stringContaining('a second approver or a deployer')])
    expect(faultsOf(alone.replace('approvers', 'selfApproval: true\n    approvers'))).toEqual([])
    expect(faultsOf(alone.replace('approvers', 'deployers: [U0BEN]\n    approvers'))).toEqual([])
  })
})

describe('a catalogue is refused for', () => {
  const service = '{ image: shop/api, channel: C0DEPLOYS, approvers: [U0ANNA, U0BEN], workload: api }'

  it('the same service twice', () => {
    const faults = faultsOf(`services:\n  api: ${service}\n  api: ${service}\n`)
    expect(faults).toEqual(['3:3  is "api": this key stands here a second time; every key may stand once'])
  })

  it('two services with one Deployment, or one that sits where another puts its new version', () => {
    expect(faultsOf(`services:\n  api: ${service}\n  shop: ${service}\n`)).toEqual([
      expect.stringContaining('service api names the same Deployment'),
    ])
    const beside = service.replace('workload: api', 'workload: api-canary')
    expect(faultsOf(`services:\n  api: ${service}\n  other: ${beside}\n`)).toEqual([
      expect.stringContaining('this name is used while api is being deployed'),
    ])
    expect(faultsOf(`services:\n  api: ${service}\n  shop: ${service.replace('{', '{ namespace: b,')}\n`)).toEqual([])
  })

  it('tells what is wrong inside of a service whose name is wrong as well, under the name as it is written', () => {
    const told = faultsOf(`services:\n  API:\n    aprovers: []\n    monitor: soon\n  api: ${service}\n`)
    expect(told).toEqual([
      expect.stringMatching(/^2:3 services\.API is "API": the name of a service/),
      expect.stringMatching(/^3:5 services\.API\.aprovers is .*did you mean approvers/),
      expect.stringMatching(/^4:14 services\.API\.monitor is "soon": /),
    ])
  })

  it.each([
    ['nothing at all', '', 'a catalogue: services'],
    ['no services', 'services: {}', 'at least one'],
    ['services left out', 'journal: /tmp/log', 'is missing: services by name'],
    ['a list instead of names', 'services: [api]', 'services by name'],
    ['a service name in capitals', `services: { API: ${service} }`, 'the name of a service'],
    ['a command without its slash', `slack: { command: deploy }\nservices: { api: ${service} }`, 'such as /deploy'],
    ['a workspace that is none', `slack: { teams: [acme] }\nservices: { api: ${service} }`, 'a Slack workspace id'],
    ['broken YAML', 'services: [', ''],
    ['two documents', `services: { api: ${service} }\n---\nservices: {}`, 'multiple documents'],
  ])('%s', (_what, text, says) => {
    expect(faultsOf(text)[0]).toContain(says)
  })
})

describe('a secret in the catalogue', () => {
  it.each([
    ['a token under an unknown key', 'botToken: xoxb-123456789-abcdefghij'],
    ['a token in the place of a label', 'canaryLabels: { a: xoxb-123456789-abcdefghij }'],
    ['a password in an address', 'health: ["https://user:hunter2hunter2@example.com/"]'],
    ['a webhook', 'health: ["https://hooks.slack.com/services/T0/B0/abcdefghij"]'],
  ])('is a fault, and is not shown: %s', (_what, lines) => {
    const told = faultsOf(catalogueWith(lines)).join('\n')
    expect(told).toContain('no secrets in this file')
    expect(told).not.toMatch(/abcdefghij|hunter2/)
  })
})
