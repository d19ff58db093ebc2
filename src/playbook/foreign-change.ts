/** Fields on the cluster that a live deployment owns, and what somebody else did to them. */

export const OWNED_FIELDS = [
  'template',
  'image',
  'replicas',
  'canary-image',
  'canary-replicas',
  'previous-image',
  'previous-replicas',
  'selector',
  'shares',
  'hpa-minimum',
] as const
export type OwnedField = (typeof OWNED_FIELDS)[number]

/** What stands where an object was: it is not there. */
export const GONE = 'gone'

/** Who wrote a field last, as `metadata.managedFields` says. */
export interface FieldWriter {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  /** `scale`, or null for the object itself. */
  readonly subresource: string | null
  /** ms since the epoch; null: not said. */
  readonly at: number | null
}

export interface ForeignChange {
  readonly field: OwnedField
  /** For sentences: `the image of Deployment "api"`. */
  readonly what: string
  /** What the deployment wrote last, or pinned. */
  readonly wanted: string
  readonly found: string
  /** Null: nobody is named, as with an object that is gone. */
  readonly by: FieldWriter | null
}

/** What somebody else changed and nobody has decided about yet. `reclaim`: somebody has, and ours is to be written again. */
export interface Meddled {
  readonly changes: readonly ForeignChange[]
  readonly reclaim: boolean
}
