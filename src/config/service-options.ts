/** What may be said about a service, under its name in `services` or for all of them in `defaults`. Everything is optional here: what must be there is checked after both were merged. */
import { z } from 'zod'
import { eyesOptions } from './eyes-options.ts'
import { routerOptions } from './router-options.ts'
import {
  duration,
  flag,
  group,
  imageRepository,
  kubernetesName,
  oneOf,
  percent,
  share,
  slackChannel,
  slackUser,
  text,
  webAddress,
  wholeNumber,
} from './scalars.ts'
import { thresholdOptions } from './threshold-options.ts'

const PODS = 'a whole number from 1 to 1000, or all: as many as the old version has'

const step = z.strictObject(
  {
    percent: percent().describe('Share of production traffic for the new version, 1..100.'),
    observe: duration('1s', '24h').describe('Length of the observation window.'),
    pods: z
      .union([wholeNumber(1, 1000, PODS), z.literal('all', { error: PODS })], { error: PODS })
      .optional()
      .describe('Pods of the new version. Default: all, as many as the old version has.'),
    gate: oneOf(['auto', 'approval'])
      .optional()
      .describe(
        'approval: a person agrees before this share is given. Default: approval for the first step, auto for others.',
      ),
  },
  { error: 'a step: percent, observe, pods, gate' },
)

const canary = group(
  {
    steps: z
      .array(step, { error: 'a list of steps' })
      .min(1, { error: 'at least one step' })
      .max(20, { error: 'at most 20 steps' })
      .optional()
      .describe(
        'Rising shares that end in 100. Default (playbook): 5 % 10m 1 pod, 25 % 15m 2 pods, 50 % 15m 3 pods, 100 % 10m.',
      ),
  },
  'a group with steps',
).describe('Settings of the canary strategy.')

const blueGreen = group(
  {
    monitor: duration('1s', '24h')
      .optional()
      .describe('Length of the watch after the switch. Default (playbook): 30m.'),
    keepFor: duration('0s', '7d')
      .optional()
      .describe('How long the old version stays restorable after the end. Default (playbook): 30m.'),
    gate: oneOf(['auto', 'approval'])
      .optional()
      .describe('approval: a person agrees before the switch. Default: approval.'),
    preview: z
      .array(webAddress(), { error: 'a list of web addresses' })
      .max(20, { error: 'at most 20 addresses' })
      .optional()
      .describe(
        'Addresses behind the preview Service <service>-preview that must answer 2xx before the switch; $version is replaced. Default: none.',
      ),
  },
  'a group of monitor, keepFor, gate, preview',
).describe('Settings of the blue-green strategy.')

const rolling = group(
  {
    batch: wholeNumber(1, 1000).optional().describe('Pods that are replaced at a time. Default: 1.'),
    observe: duration('1s', '24h')
      .optional()
      .describe('How long each batch is watched before the next one. Default: 8m, so that three pods take 30 min.'),
    monitor: duration('1s', '24h').optional().describe('Length of the watch once no old pod is left. Default: 6m.'),
    keepFor: duration('0s', '7d')
      .optional()
      .describe('How long the old version stays restorable after the end, without pods. Default: 1h.'),
    gate: oneOf(['auto', 'approval'])
      .optional()
      .describe('approval: a person agrees before the first pod. Default: approval.'),
  },
  'a group of batch, observe, monitor, keepFor, gate',
).describe('Settings of the rolling strategy.')

const kOfN = (what: string) =>
  z
    .strictObject(
      { k: wholeNumber(1, 60), n: wholeNumber(1, 60) },
      { error: 'a group of k and n, such as { k: 2, n: 3 }' },
    )
    .optional()
    .describe(what)

const judgement = group(
  {
    sampleInterval: duration('1s', '10m').optional().describe('Time between two samples. Default: 10s.'),
    sampleWindow: duration('10s', '1h').optional().describe('Window of the recent numbers. Default: 1m.'),
    successRate: share()
      .optional()
      .describe("Share of the new version's requests that must succeed. Default (playbook): 98%."),
    trafficFloor: wholeNumber(1, 1_000_000).optional().describe('Requests behind a verdict on a ratio. Default: 300.'),
    fastPath: z
      .strictObject(
        { errorRatio: share().optional(), requests: wholeNumber(1, 1_000_000).optional() },
        { error: 'a group of errorRatio and requests' },
      )
      .optional()
      .describe('This error ratio over so many recent requests is critical at once. Default: 10% over 50.'),
    criticalOf: kOfN('k of the last n samples must be critical. Default: 1 of 1.'),
    warningOf: kOfN('k of the last n samples must be in warning. Default: 2 of 3.'),
    warmup: duration('0s', '1h')
      .optional()
      .describe('No data is forgiven for so long after traffic was given. Default: 1m.'),
    noDataSamples: wholeNumber(1, 1000).optional().describe('Samples in a row without data before a hold. Default: 3.'),
  },
  'a group of settings',
).describe('How samples become verdicts.')

const guard = group(
  {
    crashes: wholeNumber(1, 100).optional().describe('Crashed new pods that trigger the way back. Default: 1.'),
    unreadyShare: share()
      .optional()
      .describe('From this share of unready new pods on, traffic is taken away at once. Default: 100%, all of them.'),
    unreadyGrace: duration('0s', '1h').optional().describe('How long some new pods may be unready. Default: 10s.'),
    poll: duration('1s', '5m').optional().describe('The poll beneath the watch. Default: 5s.'),
  },
  'a group of settings',
).describe('When pods are sick.')

const timeouts = group(
  {
    check: duration('1s', '10m').optional().describe('One check of pre-flight. Default: 10s.'),
    rollout: duration('10s', '6h').optional().describe('New pods ready, a rollout complete. Default: 10m.'),
    approval: duration('1m', '7d')
      .optional()
      .describe('An approval that nobody gave ends the deployment. Default: 4h.'),
    holdReminder: duration('1m', '24h').optional().describe('Between reminders while it holds. Default: 15m.'),
    drain: duration('0s', '1h').optional().describe('Between traffic moved and pods scaled down. Default: 30s.'),
  },
  'a group of settings',
).describe('How long things may take.')

const traffic = group(
  {
    requests: text('a PromQL template of a count').optional().describe('All requests of the new version in $window.'),
    errors: text('a PromQL template of a count').optional().describe('Those of them that failed.'),
  },
  'a group of requests and errors',
).describe('The two counts behind error rate and success rate.')

const strategies = ['canary', 'blue-green', 'rolling'] as const
const labelValue = z
  .string({ error: 'a label value as text; quote numbers' })
  .regex(/^(\$version|[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)$/, { error: 'a label value, such as canary or $version' })
const labelKey = z.string().regex(/^([a-z0-9]([a-z0-9.-]{0,252})\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/, {
  error: 'a label name, such as track or example.com/track',
})

export const serviceOptions = z.strictObject(
  {
    context: text('the name of a kubeconfig context', 253)
      .nullable()
      .optional()
      .describe('kubeconfig context. Default: the current one, or the cluster that the bot runs in.'),
    namespace: kubernetesName('a namespace')
      .optional()
      .describe('Namespace of the workload. Default (playbook): production.'),
    workload: kubernetesName('the name of a Deployment')
      .optional()
      .describe("The Deployment. Default: the service's name."),
    container: kubernetesName('the name of a container')
      .nullable()
      .optional()
      .describe(
        'Container whose image carries the version. Default: the only one, or the one named like the workload.',
      ),
    image: imageRepository().optional().describe('Image repository without tag. Required.'),
    service: kubernetesName('the name of a Service')
      .optional()
      .describe('The Kubernetes Service in front of the workload. Default: named like the workload.'),
    router: routerOptions.optional(),
    canaryLabels: z
      .record(labelKey, labelValue, { error: 'labels: name: value' })
      .optional()
      .describe("Labels on the new version's pods beside those of the template; $version is replaced."),
    health: z
      .array(webAddress(), { error: 'a list of web addresses' })
      .max(20, { error: 'at most 20 addresses' })
      .optional()
      .describe('Addresses that must answer 2xx; $version is replaced. Default: none.'),
    channel: slackChannel().optional().describe('Slack channel id where the card lives. Required.'),
    approvers: z
      .array(slackUser(), { error: 'a list of Slack user ids' })
      .min(1, { error: 'at least one Slack user id: with no approver nobody could approve, stop or roll back' })
      .optional()
      .describe('Slack user ids who may approve, hold, resume, abort and roll back. Required, never empty.'),
    deployers: z
      .array(slackUser(), { error: 'a list of Slack user ids' })
      .optional()
      .describe('Slack user ids who may start a deployment; approvers always may. Default: none more.'),
    emergency: z
      .array(slackUser(), { error: 'a list of Slack user ids' })
      .min(1, {
        error: 'at least one Slack user id: with nobody named no emergency rollback could be ordered in Slack',
      })
      .optional()
      .describe('Slack user ids who may order an emergency rollback. Default: the approvers.'),
    selfApproval: flag().optional().describe('May requesters approve their own deployment? Default: false.'),
    strategies: z
      .array(oneOf(strategies), { error: `a list of ${strategies.join(', ')}` })
      .min(1, { error: 'at least one strategy' })
      .optional()
      .describe('Which strategies may be used. Default: all three.'),
    defaultStrategy: oneOf(strategies)
      .optional()
      .describe('When the command names none. Default: canary, or the first allowed.'),
    canary,
    blueGreen,
    rolling,
    monitor: duration('1s', '24h').optional().describe('Length of the watch of phase 6. Default (playbook): 10m.'),
    keepFor: duration('0s', '7d')
      .optional()
      .describe('How long the old version stays restorable. Default (playbook): 1h.'),
    keep: oneOf(['warm', 'cold'])
      .optional()
      .describe('warm: the old pods stay up. cold: only their template is kept. Default: warm.'),
    onBreach: oneOf(['rollback', 'ask']).optional().describe('What critical does. Default: rollback.'),
    judgement,
    guard,
    eyes: eyesOptions,
    timeouts,
    measuredBy: oneOf(['application', 'istio'])
      .optional()
      .describe(
        "Where requests and latency are counted: in the application's metrics or in Istio's proxies. Default: application.",
      ),
    thresholds: thresholdOptions(),
    traffic,
    alerts: text('a PromQL label selector without braces, such as namespace="production"')
      .optional()
      .describe('Which alerts count as open, as in ALERTS{<this>}. Default: those of the namespace.'),
  },
  { error: 'a group of settings' },
)

export type ServiceOptions = z.output<typeof serviceOptions>
