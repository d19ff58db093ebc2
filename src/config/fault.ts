/** One thing that is wrong with the catalogue or the environment, told so that it can be put right without asking. */
export interface ConfigFault {
  /** The file's name as it was given, or `environment`. */
  readonly file: string
  /** From 1; null for the environment. */
  readonly line: number | null
  readonly column: number | null
  /** `services.api.approvers`, or the variable's name; empty: the file as a whole. */
  readonly path: string
  /** The value as it was seen, secrets masked; null where there is no value to show. */
  readonly seen: string | null
  /** What is wrong, or what is allowed, as one sentence without a full stop. */
  readonly allowed: string
}

/** Where in the catalogue something stands: keys and indexes from the top. */
export type Path = readonly (string | number)[]

/** A fault of the catalogue before its place in the file is known. */
export interface Finding {
  readonly path: Path
  readonly allowed: string
  /** Left out: the value at the path is shown. */
  readonly seen?: string | null
  /** Point at the key instead of the value: unknown keys. */
  readonly atKey?: boolean
}

export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? part : `${text}.${part}`
  }, '')
}

/** All faults as people read them: in file order, each with place, path, value and what is allowed. Empty text for no faults. */
export function formatFaults(faults: readonly ConfigFault[]): string {
  if (faults.length === 0) return ''
  const lines = faults.map((fault) => {
    const place = fault.line === null ? fault.file : `${fault.file}:${fault.line}:${fault.column ?? 1}`
    const what = fault.path === '' ? '' : ` ${fault.path}`
    const seen = fault.seen === null ? '' : ` is ${fault.seen}`
    return `  ${place}${what}${seen}: ${fault.allowed}`
  })
  const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`
  return [`${count} in the configuration:`, ...lines].join('\n')
}
