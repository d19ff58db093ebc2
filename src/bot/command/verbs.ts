/** The first words of a command. */
import type { Strategy } from '../../playbook/service.ts'

export const VERBS = [
  'deploy',
  'plan',
  'status',
  'approve',
  'hold',
  'resume',
  'abort',
  'rollback',
  'emergency',
  'unblock',
  'help',
] as const
export type Verb = (typeof VERBS)[number]

/** Words people type for a verb. They are suggested, never obeyed: "stop" may mean hold or abort. */
export const SAID_FOR: Readonly<Record<string, Verb>> = {
  pause: 'hold',
  wait: 'hold',
  continue: 'resume',
  unpause: 'resume',
  proceed: 'resume',
  stop: 'abort',
  cancel: 'abort',
  kill: 'abort',
  undo: 'rollback',
  revert: 'rollback',
  back: 'rollback',
  ship: 'deploy',
  release: 'deploy',
  ok: 'approve',
  yes: 'approve',
  lgtm: 'approve',
  accept: 'approve',
  panic: 'emergency',
  sos: 'emergency',
  allow: 'unblock',
  clear: 'unblock',
  list: 'status',
  show: 'status',
  where: 'status',
  dry: 'plan',
  preview: 'plan',
}

/** The verb of this word, capitals and hyphens aside; undefined when it is none. */
export function verbOf(word: string): Verb | undefined {
  const plain = word.toLowerCase().replaceAll('-', '')
  return VERBS.find((verb) => verb === plain)
}

const STRATEGY_NAMES: Readonly<Record<string, Strategy>> = {
  canary: 'canary',
  bluegreen: 'blue-green',
  bg: 'blue-green',
  rolling: 'rolling',
  rollingupdate: 'rolling',
}

/** The strategy of this word; `bluegreen`, `Blue_Green` and `bg` are all blue-green. Undefined when it is none. */
export function strategyOf(word: string): Strategy | undefined {
  const plain = word.toLowerCase().replace(/[-_/]/g, '')
  return Object.hasOwn(STRATEGY_NAMES, plain) ? STRATEGY_NAMES[plain] : undefined
}
