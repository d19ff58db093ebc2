/** What is wrong with a text as a person reads it at 3 a.m.; empty when nothing is. */

/** Names, commands and versions stand as they are, also where a sentence begins with them. */
const NAMES = /^(?:api|search|web|shop|tminus|v\d|node-|registry|`|https?:|kubectl|\/deploy)/

const FAULTS: readonly (readonly [string, RegExp])[] = [
  ['a value that is none', /\b(?:undefined|NaN|Infinity|null)\b|\[object/],
  ['a sign of Slack’s or of ours that should have been read', /&(?:lt|gt|amp);|<!date|<@|<#|\$\{/],
  ['two stops', /[.!?]\s?\.(?![.\w])|\.\.(?!\.)/],
  ['a stop inside of brackets’ end', /\.\)\./],
  ['an empty place', /\(\s*\)|: :|:\s*;|, ,| {2,}\S/],
  [
    'one of many',
    /(?<![\d.,/-])1 (?:pods|minutes|requests|samples|restarts|checks|nodes|steps|phases|queries|addresses|parts)\b/,
  ],
  ['many of one', /(?<![\d.])(?:0|[2-9]|\d\d+) (?:pod|minute|request|restart|sample|check|node|step|phase)\b(?!-)/],
]

/** `text` is prose: no log, no table. Each fault with the words around it. */
export function readingFaults(text: string): readonly string[] {
  const found = FAULTS.flatMap(([what, shape]) => {
    const at = text.search(shape)
    return at < 0 ? [] : [`${what}: …${around(text, at)}…`]
  })
  return [...found, ...smallBeginnings(text)]
}

function smallBeginnings(text: string): readonly string[] {
  const beginnings = [...text.matchAll(/(?:^|[.!?] )(?=[a-z])/g)].map((match) => match.index + match[0].length)
  return beginnings
    .filter((at) => !NAMES.test(text.slice(at)) && !/(?:e\.g|vs|etc|…|v\d+)\.? $/.test(text.slice(0, at)))
    .map((at) => `a sentence that begins small: …${around(text, at)}…`)
}

function around(text: string, at: number): string {
  return text.slice(Math.max(0, at - 30), at + 40)
}
