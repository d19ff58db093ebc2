/** What must be true of one service beyond the shape of its values. Paths are those of the service's group in the file. */
import { isPodRouter } from '../playbook/routed-services.ts'
import type { CanaryStep, Service } from '../playbook/service.ts'
import type { Finding } from './fault.ts'
import { shownValue } from './secret-shape.ts'

type Rule = (service: Service) => readonly Finding[]

const stepsRiseToAll: Rule = ({ canary: { steps } }) => {
  const findings: Finding[] = []
  steps.forEach((step, index) => {
    const before = steps[index - 1]
    if (before && step.percent <= before.percent)
      findings.push({
        path: ['canary', 'steps', index, 'percent'],
        seen: String(step.percent),
        allowed: `shares rise from step to step: more than ${before.percent}`,
      })
  })
  const last = steps.at(-1)
  if (last && last.percent !== 100)
    findings.push({
      path: ['canary', 'steps', steps.length - 1, 'percent'],
      seen: String(last.percent),
      allowed: 'the last step gives 100',
    })
  return findings
}

const windowsHoldASample: Rule = ({ canary: { steps }, blueGreen, rolling, judgement }) => {
  const windows = [
    ...steps.map((step: CanaryStep, index) => ({ path: ['canary', 'steps', index, 'observe'], ms: step.observeMs })),
    { path: ['blueGreen', 'monitor'], ms: blueGreen.monitorMs },
    { path: ['rolling', 'observe'], ms: rolling.observeMs },
    { path: ['rolling', 'monitor'], ms: rolling.monitorMs },
  ]
  return windows
    .filter(({ ms }) => ms < judgement.sampleIntervalMs)
    .map(({ path, ms }) => ({
      path,
      seen: `${ms / 1000}s`,
      allowed: `at least one sample fits in: ${judgement.sampleIntervalMs / 1000}s or longer (judgement.sampleInterval)`,
    }))
}

const levelsInOrder: Rule = ({ thresholds }) =>
  thresholds.flatMap((row) => {
    const sign = row.good === 'low' ? 1 : -1
    const inOrder = sign * row.target <= sign * row.warning && sign * row.warning <= sign * row.critical
    if (inOrder) return []
    const [order, good] = row.good === 'low' ? ['<=', 'small'] : ['>=', 'large']
    return [
      {
        path: ['thresholds', row.metric],
        seen: `target ${row.target}, warning ${row.warning}, critical ${row.critical}`,
        allowed: `target ${order} warning ${order} critical, since ${good} values are good (levels left out are the playbook's)`,
      },
    ]
  })

const samplesCanSuffice: Rule = ({ judgement }) =>
  (['criticalOf', 'warningOf'] as const).flatMap((name) => {
    const { k, n } = judgement[name]
    if (k <= n) return []
    return [{ path: ['judgement', name], seen: `k ${k}, n ${n}`, allowed: 'k of the last n samples: k is at most n' }]
  })

const defaultIsAllowed: Rule = ({ strategies, defaultStrategy }) =>
  strategies.includes(defaultStrategy)
    ? []
    : [
        {
          path: ['defaultStrategy'],
          seen: shownValue(defaultStrategy),
          allowed: `one of this service's strategies: ${strategies.join(', ')}`,
        },
      ]

const sidesDiffer: Rule = ({ router }) =>
  !isPodRouter(router) && router.stable === router.canary
    ? [
        {
          path: ['router', 'canary'],
          seen: shownValue(router.canary),
          allowed: `another ${router.kind === 'istio' ? router.by : 'Service'} than the old version's, or no traffic could be told apart`,
        },
      ]
    : []

/** After the promotion the way back moves the selector of the catalogue's Service: traffic must come by it. */
const stableIsTheService: Rule = ({ router, serviceName }) =>
  (router.kind === 'gateway-api' || router.kind === 'nginx') && router.stable !== serviceName
    ? [
        {
          path: ['router', 'stable'],
          seen: shownValue(router.stable),
          allowed: `the \`service\` of this entry (${serviceName}), or left out: the way back moves that Service's selector`,
        },
      ]
    : []

/** The only person who may start is the only one who may approve: nothing would ever begin. */
const somebodyCanApprove: Rule = (service) => {
  const { approvers, deployers, selfApproval, canary, blueGreen, rolling, strategies } = service
  const people = new Set(approvers)
  const asks =
    canary.steps.some((step) => step.gate === 'approval') ||
    (strategies.includes('blue-green') && blueGreen.gate === 'approval') ||
    (strategies.includes('rolling') && rolling.gate === 'approval')
  const stuck = people.size === 1 && deployers.every((id) => people.has(id)) && asks && !selfApproval
  if (!stuck) return []
  return [
    {
      path: ['approvers'],
      seen: shownValue(approvers),
      allowed: 'a second approver or a deployer (nobody may approve their own deployment), or selfApproval: true',
    },
  ]
}

const VARIABLES = ['namespace', 'workload', 'service', 'version', 'pods', 'window']

const queriesKnowTheirVariables: Rule = ({ thresholds, traffic }) => {
  const queries = [
    ...thresholds.map((row) => ({ path: ['thresholds', row.metric, 'query'], query: row.query ?? '' })),
    { path: ['traffic', 'requests'], query: traffic.requests },
    { path: ['traffic', 'errors'], query: traffic.errors },
  ]
  return queries.flatMap(({ path, query }) =>
    [...query.matchAll(/\$([a-z_]\w*)/gi)]
      .filter(([, name]) => !VARIABLES.includes(name ?? ''))
      .map(([variable]) => ({
        path,
        seen: shownValue(variable),
        allowed: `these variables: ${VARIABLES.map((name) => `$${name}`).join(', ')}`,
      })),
  )
}

/** Every application has its metrics on a port of its own. */
const eyesKnowTheirPort: Rule = ({ eyes }) =>
  eyes?.port === 0
    ? [
        {
          path: ['eyes', 'port'],
          seen: 'missing',
          allowed: 'the port where each pod serves its metrics, such as { port: 8080 }',
        },
      ]
    : []

/** `<workload>-previous` must be a name too. */
const roomForSuffix: Rule = ({ workload }) =>
  workload.length <= 63 - '-previous'.length
    ? []
    : [
        {
          path: ['workload'],
          seen: shownValue(workload),
          allowed: 'at most 54 characters, since `<workload>-previous` must be a name too',
        },
      ]

/** `<service>-preview` must be a name too. */
const roomForPreview: Rule = ({ serviceName, workload, strategies }) =>
  // A Service named like its workload is judged with that.
  serviceName === workload || !strategies.includes('blue-green') || serviceName.length <= 63 - '-preview'.length
    ? []
    : [
        {
          path: ['service'],
          seen: shownValue(serviceName),
          allowed:
            'at most 55 characters, since `<service>-preview` must be a name too (or `strategies` without blue-green)',
        },
      ]

export const SERVICE_RULES: readonly Rule[] = [
  stepsRiseToAll,
  windowsHoldASample,
  levelsInOrder,
  samplesCanSuffice,
  defaultIsAllowed,
  sidesDiffer,
  stableIsTheService,
  somebodyCanApprove,
  queriesKnowTheirVariables,
  eyesKnowTheirPort,
  roomForSuffix,
  roomForPreview,
]

/** What the services may not be to each other. */
export function servicesCollide(services: readonly Service[]): readonly { service: string; finding: Finding }[] {
  const place = (service: Service, workload: string) => `${service.context ?? ''}/${service.namespace}/${workload}`
  const owners = new Map<string, string>()
  const extras = new Map<string, string>()
  for (const service of services)
    for (const extra of ['canary', 'previous']) extras.set(place(service, `${service.workload}-${extra}`), service.name)
  return services.flatMap((service) => {
    const here = place(service, service.workload)
    const owner = owners.get(here)
    owners.set(here, owner ?? service.name)
    const taken = owner ?? extras.get(here)
    if (taken === undefined) return []
    const allowed =
      owner === undefined
        ? `another workload: this name is used while ${taken} is being deployed`
        : `a workload of its own: service ${taken} names the same Deployment`
    return [{ service: service.name, finding: { path: ['workload'], seen: shownValue(service.workload), allowed } }]
  })
}
