/** What people read when somebody else changed what a deployment owns. */
import type { Deployment } from './deployment.ts'
import type { FieldWriter, ForeignChange } from './foreign-change.ts'
import { reverterOf, writerWords } from './known-writers.ts'
import { oldVersion, trafficNow } from './refuse.ts'

/** `Argo CD`, `Argo CD and somebody with kubectl edit`; `somebody` when nobody is named. */
export function namedOwners(changes: readonly Pick<ForeignChange, 'by'>[]): string {
  const names = new Set(changes.map(({ by }) => (by ? writerWords(by) : 'somebody')))
  return [...names].join(' and ')
}

/** ` by Argo CD (argocd-controller, 2026-01-15 14:03:12 UTC)`; empty when nobody is named. */
export function byWhom(by: FieldWriter | null): string {
  if (!by) return ''
  const at = by.at === null ? '' : `, ${new Date(by.at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
  return ` by ${writerWords(by)} (${by.manager}${at})`
}

/** `the image of Deployment "api" was …, is … now, written by …`. */
export function changeText({ what, wanted, found, by }: ForeignChange): string {
  return `${what} was ${wanted} and is ${found} now${by ? `, written${byWhom(by)}` : ''}`
}

export function meddledText(deployment: Deployment): string {
  const { id, service, meddled, status } = deployment
  const changes = meddled?.changes ?? []
  const head = `Changed by others: ${changes.map(changeText).join('; ')}.`
  if (status === 'completed')
    return `${head} ${id} is over and leaves it. A roll back would overwrite it with what was before ${id}.`
  const what = changes.length === 1 ? 'it' : 'them'
  const back = `\`/deploy rollback ${service}\` goes back to ${oldVersion(deployment)} whatever stands there`
  return `${head} ${id} holds and does not fight for ${what}. ${trafficNow(deployment)} \`/deploy resume ${service}\` writes ours again; ${back}.${hints(changes)}`
}

/** A controller would undo it again, and again: what to do first. */
function hints(changes: readonly ForeignChange[]): string {
  const found = new Set(changes.flatMap(({ by }) => (by ? [reverterOf(by.manager)] : [])))
  return [...found]
    .flatMap((row) =>
      row ? [` Before you resume, tell ${row.tool}: put it into its source as well, or ${row.pause}.`] : [],
    )
    .join('')
}

/** One line for each change, for the thread. */
export function meddlingTable(changes: readonly ForeignChange[]): string {
  return changes
    .map(
      ({ what, wanted, found, by }) =>
        `${what}\n  ours: ${wanted}\n  now:  ${found}\n  who:  ${by ? byWhom(by).slice(4) : 'not known'}`,
    )
    .join('\n')
}
