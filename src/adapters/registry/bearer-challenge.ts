/** What a registry wants before it answers: its WWW-Authenticate header, read. */

export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: URL; readonly service: string | null; readonly scope: string | null }

/** Null when the header asks for nothing that is known here. */
export function parseChallenge(header: string | undefined): Challenge | null {
  if (header === undefined) return null
  if (/^\s*basic\b/i.test(header)) return { scheme: 'basic' }
  if (!/^\s*bearer\b/i.test(header)) return null
  const parameters = new Map<string, string>()
  for (const [, name = '', quoted, plain] of header.matchAll(/([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/gi)) {
    parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '')
  }
  const realm = parameters.get('realm')
  if (realm === undefined || !URL.canParse(realm)) return null
  return {
    scheme: 'bearer',
    realm: new URL(realm),
    service: parameters.get('service') ?? null,
    scope: parameters.get('scope') ?? null,
  }
}
