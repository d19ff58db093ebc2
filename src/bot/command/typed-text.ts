/**
 * From what Slack sends to the words a person meant. Phones turn quotes and dashes into typographic ones, Slack turns
 * `v2.0` into a link and people into entities; none of that is the person's doing. Text that hides something
 * (control characters, reversed writing) is refused instead of repaired.
 */

/** Longer text is no command; Slack itself allows 4,000 and more. */
export const LONGEST_COMMAND = 3_000

export type TypedText =
  | { readonly ok: true; readonly words: readonly string[] }
  | { readonly ok: false; readonly fault: 'too-long' | 'hidden-characters'; readonly detail: string }

export function readTypedText(raw: string): TypedText {
  if (raw.length > LONGEST_COMMAND)
    return { ok: false, fault: 'too-long', detail: `${raw.length} characters, at most ${LONGEST_COMMAND} are read` }
  const text = straighten(unescapeOnce(unlink(raw)))
  const hidden = HIDDEN.exec(text)?.[0]
  if (hidden !== undefined) return { ok: false, fault: 'hidden-characters', detail: codePointName(hidden) }
  return { ok: true, words: text.split(' ').filter((word) => word !== '') }
}

/** `<http://v2.0|v2.0>` is `v2.0`; `<@U1|lee>` is `@lee`; `<#C1|ops>` is `#ops`; `<!here>` is `@here`. */
function unlink(text: string): string {
  return text.replace(/<([^<>]*)>/g, (whole, inside: string) => {
    const bar = inside.indexOf('|')
    const target = bar < 0 ? inside : inside.slice(0, bar)
    const label = bar < 0 ? undefined : inside.slice(bar + 1)
    if (target.startsWith('@')) return label === undefined ? target : `@${label.replace(/^@/, '')}`
    if (target.startsWith('#')) return label === undefined ? target : `#${label.replace(/^#/, '')}`
    if (target.startsWith('!')) return label ?? `@${target.slice(1).replace(/\^.*$/, '')}`
    if (label !== undefined) return label
    return /^(?:https?:\/\/|mailto:|tel:)/i.test(target) ? target.replace(/^(?:https?:\/\/|mailto:|tel:)/i, '') : whole
  })
}

/** Slack escapes exactly three characters, once: `&amp;lt;` was typed as `&lt;`. */
function unescapeOnce(text: string): string {
  return text.replace(/&(amp|lt|gt);/g, (_, name: string) => (name === 'amp' ? '&' : name === 'lt' ? '<' : '>'))
}

const STRAIGHT: readonly (readonly [RegExp, string])[] = [
  // Zero-width signs, soft hyphens and emoji variation marks come with copied text and mean nothing.
  [/\u00ad|\u200b|\u200c|\u200d|\u2060|\ufeff|\ufe0e|\ufe0f/g, ''],
  [/[\t\n\r\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g, ' '],
  [/[\u2018\u2019\u201a\u201b\u2032\u00b4]/g, "'"],
  [/[\u201c-\u201f\u2033\u00ab\u00bb]/g, '"'],
  // A phone writes a long dash for two hyphens: `—reason` was `--reason`.
  [/(^| )[\u2014\u2015](?=\S)/g, '$1--'],
  [/[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/g, '-'],
]

function straighten(text: string): string {
  return STRAIGHT.reduce((done, [pattern, by]) => done.replace(pattern, by), text).trim()
}

/** Control characters, direction overrides and marks, tag characters, lone surrogates: text that is not what it looks like. */
const HIDDEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Cs}/u

function codePointName(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
