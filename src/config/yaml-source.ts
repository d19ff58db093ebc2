/** Reads the catalogue's text: plain data, the places of its parts, and what YAML itself objects to. */
import { isAlias, isCollection, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import type { ConfigFault, Finding, Path } from './fault.ts'
import { pathText } from './fault.ts'
import { shownValue } from './secret-shape.ts'

export interface YamlSource {
  /** The data as JavaScript values; undefined when the text could not be read at all. */
  readonly data: unknown
  /** Faults of the text itself: syntax, duplicate keys, several documents. */
  readonly faults: readonly ConfigFault[]
  /** Gives a finding its line, column and value. A path that is not in the file points at its nearest ancestor. */
  locate(finding: Finding): ConfigFault
}

/** Never throws: what cannot be read is a fault. */
export function readYaml(text: string, file: string): YamlSource {
  const lines = new LineCounter()
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const unreadable = (why: string): YamlSource => {
    const fault: ConfigFault = { file, line: 1, column: 1, path: '', seen: null, allowed: why }
    return { data: undefined, faults: [fault], locate: () => fault }
  }
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
    const faults = document.errors.map((error): ConfigFault => {
      const duplicate = error.code === 'DUPLICATE_KEY'
      const allowed = duplicate
        ? 'this key stands here a second time; every key may stand once'
        : oneLine(error.message)
      const seen = duplicate ? shownValue(keyAt(text, error.pos[0])) : null
      return { file, ...at(error.pos[0]), path: '', seen, allowed }
    })
    // After a syntax error the rest is a guess; after a duplicate key it is not.
    const broken = document.errors.some((error) => error.code !== 'DUPLICATE_KEY')
    const data: unknown = broken ? undefined : document.toJS({ maxAliasCount: 100 })
    // An alias may stand inside its own anchor. Throws for such a circle.
    JSON.stringify(data)
    const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node)
    const locate = (finding: Finding): ConfigFault => {
      const found = walk(document.contents, finding.path, resolve, finding.atKey ?? false)
      const name = String(finding.path.at(-1) ?? '')
      const seen = finding.seen === undefined ? shownValue(valueAt(data, finding.path), name) : finding.seen
      return { file, ...at(found), path: pathText(finding.path), seen, allowed: finding.allowed }
    }
    return { data, faults, locate }
  } catch (error) {
    return unreadable(`cannot be read as YAML: ${error instanceof Error ? oneLine(error.message) : 'unknown reason'}`)
  }
}

/** Offset of the value (or key) at a path, or of the nearest ancestor that is there. */
function walk(root: Node | null, path: Path, resolve: (node: unknown) => unknown, atKey: boolean): number {
  let node: unknown = root
  let offset = root?.range?.[0] ?? 0
  for (const [index, part] of path.entries()) {
    const inside = resolve(node)
    if (!isCollection(inside)) return offset
    const pair = isMap(inside)
      ? inside.items.findLast((item) => isPair(item) && keyText(item.key) === String(part))
      : undefined
    const next: unknown = pair ? (pair.value ?? pair.key) : isSeq(inside) ? inside.items[Number(part)] : undefined
    if (next === undefined) return offset
    node = next
    const last = index === path.length - 1
    offset = startOf(pair && (atKey || !last || isCollection(next)) ? pair.key : next) ?? offset
  }
  return offset
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key)
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isCollection(node) || isAlias(node) ? node.range?.[0] : undefined
}

/** The value at a path of plain data; undefined when it is not there. */
export function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? Object.getOwnPropertyDescriptor(value, part)?.value
        : undefined,
    data,
  )
}

function keyAt(text: string, offset: number): string {
  return /^[^\s:]*/.exec(text.slice(offset, offset + 80))?.[0] ?? ''
}

function oneLine(text: string): string {
  return text.split('\n')[0]?.trim().replace(/\.$/, '') ?? ''
}
