/** The alert that a team would have: a service answers too many requests with errors. */

export interface FiringAlert {
  readonly labels: Readonly<Record<string, string>>
}

export const ALERT_NAME = 'HighErrorRate'

export function highErrorRate(namespace: string, service: string): FiringAlert {
  return { labels: { alertname: ALERT_NAME, alertstate: 'firing', namespace, service, severity: 'page' } }
}

const SELECTOR = /^\s*ALERTS\s*\{(.*)\}\s*$/s
const MATCHER = /\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/gy

/** A test of labels, for `ALERTS{...}`; null for any other query, or one that does not parse. */
export function alertSelector(query: string): ((labels: Readonly<Record<string, string>>) => boolean) | null {
  const inside = SELECTOR.exec(query)?.[1]?.trim()
  if (inside === undefined) return null
  const matchers = [...inside.matchAll(MATCHER)]
  if (matchers.map(([whole]) => whole).join('') !== inside) return null
  return (labels) =>
    matchers.every(([, name = '', operator = '', quoted = '']) => {
      const wanted = quoted.replace(/\\(.)/gs, '$1')
      const value = labels[name] ?? ''
      const same = operator.endsWith('~') ? new RegExp(`^(?:${wanted})$`).test(value) : value === wanted
      return operator.startsWith('!') ? !same : same
    })
}
