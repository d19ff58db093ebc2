/** Kubernetes quantities: `250m`, `128Mi`, `2`, `1e3`. */

const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** Few different quantities are read very often: by the scheduler, for every pod on every node. */
const known = new Map<string, number | undefined>()
const KNOWN_AT_MOST = 1_000

/** The plain number (cores, bytes, pieces) of a quantity; undefined when it is none. */
export function parseQuantity(quantity: unknown): number | undefined {
  if (typeof quantity === 'number') return quantity
  if (typeof quantity !== 'string') return undefined
  if (!known.has(quantity)) {
    if (known.size >= KNOWN_AT_MOST) known.clear()
    known.set(quantity, parse(quantity))
  }
  return known.get(quantity)
}

function parse(quantity: string): number | undefined {
  const match = /^([+-]?\d*\.?\d+(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(quantity)
  if (!match) return undefined
  const factor = FACTORS[match[2] ?? '']
  return factor === undefined ? undefined : Number(match[1]) * factor
}

/** A whole number of millicores as text: `250m`. */
export function millicores(cores: number): string {
  return `${Math.round(cores * 1000)}m`
}

/** Bytes in Ki, as the metrics API gives memory. */
export function kibibytes(bytes: number): string {
  return `${Math.round(bytes / 1024)}Ki`
}
