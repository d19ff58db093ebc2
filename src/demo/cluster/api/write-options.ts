/** What a client may say beside the object: dry run, its name as field manager, force. */
export interface WriteOptions {
  /** Everything is checked and the result is answered, nothing is stored. */
  readonly dryRun: boolean
  readonly fieldManager: string
  /** Server-side apply takes fields from other managers. */
  readonly force: boolean
}

export type Subresource = 'status' | 'scale' | undefined

/** What `DELETE` may carry in its body or query. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}
