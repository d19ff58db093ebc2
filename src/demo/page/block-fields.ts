import type { Json } from './wire.ts'

/** The objects of a list; nothing for anything else. */
export function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter((entry): entry is Json => typeof entry === 'object' && entry !== null) : []
}

/** The words of a text object. */
export function plain(value: unknown): string {
  return typeof value === 'object' && value !== null && 'text' in value ? String(value.text) : ''
}

/** Parts without ids of their own, each with a key: its words, and how often they stood there before. */
export function keyed(parts: readonly Json[]): readonly { readonly key: string; readonly part: Json }[] {
  const seen = new Map<string, number>()
  return parts.map((part) => {
    const words = plain(part)
    const times = seen.get(words) ?? 0
    seen.set(words, times + 1)
    return { key: `${times} ${words}`, part }
  })
}
