/** What became of the ConfigMaps and Secrets that a pinned template takes its configuration from. */

export interface ConfigChange {
  readonly kind: 'ConfigMap' | 'Secret'
  readonly name: string
  readonly how: 'changed' | 'deleted' | 'created'
}

/** What people must know when the template goes back; undefined when nothing changed. */
export function configWarning(changes: readonly ConfigChange[], old: string): string | undefined {
  if (changes.length === 0) return undefined
  const told = changes.map(({ kind, name, how }) => `${kind} ${name} was ${how}`).join(', ')
  return `Since the way back was written down ${told}: ${old} gets its template back, not that content. Look at it, and put it back by hand if ${old} needs it as it was.`
}
