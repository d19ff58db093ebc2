/** The metrics page of a simulated pod, with the counters that the catalogue looks for. */
import { selects } from '../../adapters/kubernetes/eyes/parse-counters.ts'
import type { EyesSettings, SeriesSelector } from '../../playbook/service.ts'
import type { PodCount } from './pod-counters.ts'

type Labels = ReadonlyMap<string, string>

/** What a team may have called a good and a failed answer; the value of the catalogue's own matcher comes last. */
const GOOD = ['200', '2xx', 'ok', 'success', 'GET']
const FAILED = ['500', '5xx', 'error', 'failed', 'GET']

export function counterPage({ requests, errors }: Pick<EyesSettings, 'requests' | 'errors'>, count: PodCount): string {
  const [counted, failing] = [requests[0], errors[0]]
  if (!counted || !failing) return ''
  const isError = (labels: Labels) => selects(errors, counted.name, labels)
  const good = labelsOf(counted, GOOD, (labels) => !isError(labels))
  const bad = labelsOf(failing, FAILED, () => true)
  const lines =
    counted.name === failing.name
      ? [line(counted.name, good, count.requests - count.errors), line(failing.name, bad, count.errors)]
      : [line(counted.name, good, count.requests), line(failing.name, bad, count.errors)]
  return `${header(counted.name)}${lines[0]}${counted.name === failing.name ? '' : header(failing.name)}${lines[1]}`
}

/** A value for each label that is asked for, so that the selector selects it. */
function labelsOf({ name, matchers }: SeriesSelector, words: readonly string[], fits: (labels: Labels) => boolean) {
  const labels = new Map<string, string>()
  for (const { label, value } of matchers) {
    const own = matchers.filter((matcher) => matcher.label === label)
    const candidates = [...words, value, 'x', '']
    const chosen =
      candidates.find((word) => {
        const tried = new Map([[label, word]])
        return selects([{ name, matchers: own }], name, tried) && fits(new Map([...labels, ...tried]))
      }) ?? value
    labels.set(label, chosen)
  }
  return labels
}

function header(name: string): string {
  return `# HELP ${name} Requests.\n# TYPE ${name} counter\n`
}

function line(name: string, labels: Labels, value: number): string {
  const written = [...labels].map(([label, text]) => `${label}=${JSON.stringify(text)}`).join(',')
  return `${name}{${written}} ${value}\n`
}
