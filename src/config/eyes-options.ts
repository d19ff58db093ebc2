/** `eyes` of a service: where its pods tell their own counters, and which of them count requests and failures. */
import { z } from 'zod'
import type { EyesSettings, SeriesSelector } from '../playbook/service.ts'
import { duration, flag, group, oneOf, text, wholeNumber } from './scalars.ts'
import { parseSelectors } from './series-selector.ts'

type Counts = Pick<EyesSettings, 'port' | 'path' | 'requests' | 'errors'>

const withLabels = (name: string, labels: readonly string[], op: '!=' | '=~', value: string): SeriesSelector[] =>
  labels.map((label) => ({ name, matchers: [{ label, op, value }] }))

/** As `traffic` counts them by default. Port 0: none is known, every application has its own. */
export const APPLICATION_COUNTS: Counts = {
  port: 0,
  path: '/metrics',
  requests: withLabels('http_requests_total', ['code', 'status'], '!=', ''),
  errors: withLabels('http_requests_total', ['code', 'status'], '=~', '5..'),
}

const INBOUND = { label: 'reporter', op: '=', value: 'destination' } as const

/** What the proxy beside the pod counts of requests that reached it; the port and path are Istio's. */
export const ISTIO_COUNTS: Counts = {
  port: 15_090,
  path: '/stats/prometheus',
  requests: [{ name: 'istio_requests_total', matchers: [INBOUND] }],
  errors: [{ name: 'istio_requests_total', matchers: [INBOUND, { label: 'response_code', op: '=~', value: '5..' }] }],
}

const SELECTORS =
  'the series of a counter, such as http_requests_total{code=~"5.."}; several are joined by or, and values stand in double quotes'

function selectors() {
  return text(SELECTORS)
    .refine((value) => parseSelectors(value) !== undefined, { error: SELECTORS })
    .transform((value) => parseSelectors(value) ?? [])
}

const PATH = 'a path, such as /metrics'

export const eyesOptions = group(
  {
    enabled: flag().optional().describe('false: off, where `defaults` has them on. Default: true.'),
    port: wholeNumber(1, 65_535)
      .optional()
      .describe('Port where each pod serves its metrics. Required, unless measuredBy is istio (then 15090).'),
    path: z
      .string({ error: PATH })
      .max(200, { error: PATH })
      .regex(/^\/[\w./~-]*$/, { error: PATH })
      .optional()
      .describe('Default: /metrics; /stats/prometheus with measuredBy: istio.'),
    interval: duration('500ms', '5s').optional().describe('Time between two reads. Default: 1s.'),
    via: oneOf(['auto', 'pod', 'proxy'])
      .optional()
      .describe(
        'pod: by the address of the pod. proxy: through the API server. Default: auto, by address inside the cluster and through the API server outside.',
      ),
    requests: selectors()
      .optional()
      .describe('Counters of all requests. Default: http_requests_total with a label code or status.'),
    errors: selectors()
      .optional()
      .describe('Counters of those that failed. Default: http_requests_total with code or status 5xx.'),
  },
  'a group with at least a port, such as { port: 8080 }',
).describe(
  "Eyes of its own: the new pods' own counters are read between two scrapes of Prometheus. They can stop a release by the fast path, and never pass one. Default: off.",
)
