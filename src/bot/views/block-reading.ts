/** Reading blocks as data: a message may come from anywhere, so nothing is taken for granted. */

export type Table = Readonly<Record<string, unknown>>

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The text of a text object; undefined when it is none. */
export function textIn(value: unknown): string | undefined {
  return isTable(value) && typeof value.text === 'string' ? value.text : undefined
}

/** The entries of a list that are objects; none when it is no list. */
export function tablesIn(value: unknown): readonly Table[] {
  return Array.isArray(value) ? value.filter(isTable) : []
}
