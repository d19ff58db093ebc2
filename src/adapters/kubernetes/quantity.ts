/** Kubernetes quantities: `100m`, `1.5`, `128Mi`, `1e3`. */

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
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

/** The number a quantity stands for (cores, bytes, pieces); undefined when it is none. Numbers in JSON are taken as they are. */
export function parseQuantity(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string') return undefined
  // The exponent is tried first: in `1e3` the e is no suffix, in `1E` the E is one.
  const found = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([KMGTPE]i|[numkMGTPE]))?$/.exec(value.trim())
  if (!found) return undefined
  const [, digits = '', exponent = '', suffix = ''] = found
  const factor = FACTORS[suffix]
  return factor === undefined ? undefined : Number(`${digits}${exponent}`) * factor
}
