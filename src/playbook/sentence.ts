/** How sentences begin, count and end: texts come together from parts that others wrote. */

/** `1 pod`, `3 pods`, `0 pods`. */
export function counted(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`
}

/** Ends as a sentence ends, once. */
export function fullStop(text: string): string {
  const trimmed = text.trim()
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`
}

/** Without the full stop at its end, to stand inside of another sentence. */
export function asClause(text: string): string {
  return text.trim().replace(/\.$/, '')
}

/** Begins as a sentence begins. Not for texts that may begin with a name: `api` stays a name. */
export function capitalised(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}
