/** One of the processes among which the runs are divided: gets a part, kills its way through it, and answers. */
import { ENDINGS } from './endings.ts'
import { type Found, killAt, type Sieve } from './points.ts'
import { VARIANTS } from './variants.ts'

export interface Part {
  readonly variant: string
  readonly ending: string
  readonly sieve: Sieve
}

export interface Answered extends Found {
  readonly part: Part
}

async function work(part: Part): Promise<Answered> {
  const variant = VARIANTS.find(({ name }) => name === part.variant)
  const ending = ENDINGS.find((name) => name === part.ending)
  if (!variant || !ending) throw new Error(`there is no ${part.variant}, ${part.ending}`)
  return { part, ...(await killAt(variant, ending, part.sieve)) }
}

process.on('message', (part) => {
  void work(part as Part).then((answer) => process.send?.(answer))
})
process.once('disconnect', () => process.exit())
