/** Names, ids and hashes that a real cluster draws at random, drawn here from a seed so that a run can be repeated. */

/** Kubernetes' alphabet for generated names: no vowels, no look-alikes. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

export interface SeededNames {
  /** `length` characters of Kubernetes' alphabet for generated names. */
  suffix(length: number): string
  uid(): string
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number
}

export function seededNames(seed: number): SeededNames {
  let state = seed >>> 0
  // mulberry32: small, and good enough for names
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }
  const below = (limit: number) => Math.floor((next() / 2 ** 32) * limit)
  const hex = (length: number) => Array.from({ length }, () => below(16).toString(16)).join('')
  return {
    below,
    suffix: (length) => Array.from({ length }, () => ALPHABET[below(ALPHABET.length)]).join(''),
    uid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[below(4)]}${hex(3)}-${hex(12)}`,
  }
}

/** FNV-1a over the text, 32 bits. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0
}

/** A hash in Kubernetes' alphabet, as in `pod-template-hash`: each decimal digit becomes a letter. */
export function safeHash(text: string): string {
  return [...String(fnv32a(text))].map((digit) => ALPHABET[Number(digit)]).join('')
}
