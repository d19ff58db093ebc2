/** The image registry (OCI distribution). */
export type ImageAnswer =
  | { readonly kind: 'found'; readonly digest: string }
  | { readonly kind: 'missing' }
  /** Not known: refused, timed out, no credentials; the sentence says which. */
  | { readonly kind: 'unknown'; readonly why: string }

export interface Registry {
  /** HEAD of the manifest of `repository:tag`. Never throws for the registry's sake. */
  resolve(repository: string, tag: string, signal: AbortSignal): Promise<ImageAnswer>
}
