import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatFaults } from '../src/config/fault.ts'
import { parseCatalogue, readCatalogue } from '../src/config.ts'
import { catalogueWith, faultsOf } from './config/faults-of.ts'

const example = readFileSync(new URL('../tminus.example.yml', import.meta.url), 'utf8')
const env = { SLACK_BOT_TOKEN: 'xoxb-1-a', SLACK_APP_TOKEN: 'xapp-1-a' }

describe('a catalogue', () => {
  it('gives a service every number of the playbook when it says nothing else', () => {
    const reading = readCatalogue(catalogueWith(''), 'tminus.yml')
    if (!reading.ok) throw new Error(formatFaults(reading.faults))
    const [api] = reading.catalogue.services
    expect(api).toMatchObject({
      name: 'api',
      namespace: 'production',
      workload: 'api',
      serviceName: 'api',
      router: { kind: 'replicas' },
      monitorMs: 600_000,
      keepMs: 3_600_000,
      keep: 'warm',
      onBreach: 'rollback',
      selfApproval: false,
      alerts: 'namespace="production"',
      judgement: {
        sampleIntervalMs: 10_000,
        successRate: 0.98,
        trafficFloor: 300,
        fastPath: { errorRatio: 0.1, requests: 50 },
        criticalOf: { k: 1, n: 1 },
        warningOf: { k: 2, n: 3 },
      },
      timeouts: { approvalMs: 14_400_000, drainMs: 30_000 },
    })
    expect(api?.canary.steps).toEqual([
      { percent: 5, observeMs: 600_000, pods: 1, gate: 'approval' },
      { percent: 25, observeMs: 900_000, pods: 2, gate: 'auto' },
      { percent: 50, observeMs: 900_000, pods: 3, gate: 'auto' },
      { percent: 100, observeMs: 600_000, pods: null, gate: 'auto' },
    ])
    expect(api?.thresholds).toHaveLength(9)
  })

  it('gives `defaults` to every service, group by group, and lets a service say otherwise', () => {
    const reading = readCatalogue(
      `defaults:
  channel: C0DEPLOYS
  approvers: [U0ANNA, U0CHLOE]
  judgement: { trafficFloor: 500, fastPath: { requests: 80 } }
  thresholds: { latency-p95: { warning: 0.35s } }
services:
  api: { image: shop/api }
  web:
    image: shop/web
    approvers: [U0DIEGO, U0ANNA]
    judgement: { fastPath: { errorRatio: 20% } }
    thresholds: { latency-p95: { critical: 600 } }
`,
      'tminus.yml',
    )
    if (!reading.ok) throw new Error(formatFaults(reading.faults))
    const [api, web] = reading.catalogue.services
    expect(api?.approvers).toEqual(['U0ANNA', 'U0CHLOE'])
    expect(api?.emergency).toEqual(['U0ANNA', 'U0CHLOE'])
    expect(web?.approvers).toEqual(['U0DIEGO', 'U0ANNA'])
    expect(web?.judgement).toMatchObject({ trafficFloor: 500, fastPath: { errorRatio: 0.2, requests: 80 } })
    expect(web?.thresholds[1]).toMatchObject({ target: 200, warning: 350, critical: 600 })
  })

  it('is told with all its faults at once, in file order, each with place, value and what is allowed', () => {
    const text = `slack: { comand: /deploy }
defaults:
  approvers: []
services:
  api:
    image: registry.example.com/shop/api:v1.0
    channel: deploys
    canary:
      steps:
        - { percent: 50, observe: 10m }
        - { percent: 20, observe: 10m }
    judgement: { criticalOf: { k: 3, n: 2 } }
  web:
    channel: C0DEPLOYS
`
    expect(faultsOf(text)).toEqual([
      '1:10 slack.comand is "/deploy": unknown key: did you mean command? Known here: command, teams, port',
      '3:3 defaults.approvers is []: at least one Slack user id: with no approver nobody could approve, stop or roll back',
      '6:12 services.api.image is "registry.example.com/shop/api:v1.0": an image repository without tag or digest, such as registry.example.com/shop/api',
      '7:14 services.api.channel is "deploys": a Slack channel id, such as C012ABCDEF (at the foot of the channel\'s "About" tab)',
      '11:22 services.api.canary.steps[1].percent is 20: shares rise from step to step: more than 50',
      '11:22 services.api.canary.steps[1].percent is 20: the last step gives 100',
      '12:18 services.api.judgement.criticalOf is k 3, n 2: k of the last n samples: k is at most n',
      '13:3 services.web is -: image is missing: an image repository without tag, such as registry.example.com/shop/api',
    ])
  })

  it('never throws, whatever the text is', () => {
    const word = fc.constantFrom(
      'services',
      'defaults',
      'api',
      'router',
      'kind',
      'istio',
      'canary',
      'steps',
      '__proto__',
    )
    const yamlish = fc.array(
      fc.tuple(
        fc.nat({ max: 4 }),
        word,
        fc.constantFrom('', '[]', '{}', 'null', '!!set', '&a', '*a', '- 1', '10m', '<<: *a'),
      ),
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      yamlish.map((rows) => rows.map(([depth, key, value]) => `${'  '.repeat(depth)}${key}: ${value}`).join('\n')),
      fc.json().map((json) => `services: ${json}`),
      fc.tuple(word, fc.json()).map(([key, json]) => `services: { api: { ${key}: ${json} } }`),
    )
    fc.assert(
      fc.property(text, (yaml) => {
        const reading = parseCatalogue(yaml, 'tminus.yml', {})
        expect(reading.ok).toBe(false)
        if (!reading.ok) expect(formatFaults(reading.faults)).not.toBe('')
      }),
      { numRuns: 300 },
    )
  })

  it('is refused, not followed, when its aliases would blow it up or it nests without end', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
    for (let level = 1; level < 9; level += 1) {
      const before = String.fromCharCode(96 + level)
      const name = String.fromCharCode(97 + level)
      bomb.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(', ')}]`)
    }
    expect(faultsOf(bomb.join('\n'))).toHaveLength(1)
    expect(faultsOf('services: &a\n  services: *a')).toEqual([expect.stringContaining('cannot be read as YAML')])
    expect(faultsOf('['.repeat(20_000)).length).toBeGreaterThan(0)
  })
})

describe('tminus.example.yml', () => {
  it('works as it is', () => {
    const reading = parseCatalogue(example, 'tminus.example.yml', env)
    if (!reading.ok) throw new Error(formatFaults(reading.faults))
    expect(reading.config.services.map(({ name, router }) => `${name} ${router.kind}`)).toEqual([
      'api replicas',
      'search istio',
      'web replicas',
    ])
    expect(reading.config.slack).toEqual({
      botToken: 'xoxb-1-a',
      appToken: 'xapp-1-a',
      signingSecret: null,
      apiUrl: null,
      port: 3000,
      command: '/deploy',
      allowedTeams: [],
    })
  })

  it('shows the defaults as they are: with its commented lines switched on, nothing changes', () => {
    const optional = /^(\s*)# ([\w-]+:\s+(?:\S.*?))(?:\s{2,}#.*)?$/
    const on = example
      .split('\n')
      .map((line) => line.replace(optional, '$1$2'))
      .filter((line) => !/^\s*(route|deployers|errors):/.test(line))
      .join('\n')
    const plain = example.replace(/^ {2}deployers:.*$/m, '')
    const [off, full] = [readCatalogue(plain, 'off'), readCatalogue(on, 'on')]
    if (!off.ok || !full.ok)
      throw new Error([off, full].map((each) => (each.ok ? '' : formatFaults(each.faults))).join())
    // The two counts are shown in a shorter form than the shipped ones.
    // A port is all that opens the eyes, and so has no default.
    const bare = (reading: typeof off) => reading.catalogue.services.map(({ traffic: _, eyes: __, ...rest }) => rest)
    const strip = (services: ReturnType<typeof bare>) =>
      services.map((service) => ({ ...service, thresholds: service.thresholds.map(({ query: _, ...row }) => row) }))
    expect(strip(bare(full))).toEqual(strip(bare(off)))
    const port = readCatalogue(catalogueWith('eyes: { port: 8080 }'), 'port')
    expect(full.catalogue.services[0]?.eyes).toEqual(port.ok && port.catalogue.services[0]?.eyes)
    expect(off.catalogue.services[0]?.eyes).toBeUndefined()
  })
})
