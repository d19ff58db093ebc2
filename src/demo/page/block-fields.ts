import type { Json } from './wire.ts'

/** The objects of a list; nothing for anything else. */
export function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter((entry): entry is Json => typeof entry === 'object' && entry !== null) : []
}

/** The words of a text object. */
export function plain(value: unknown): string {
  return typeof value === 'object' && value !== null && 'text' in value ? String(value.text) : ''
}
