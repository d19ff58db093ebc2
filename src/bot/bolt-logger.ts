/** Slack's libraries log through ours. Debug is left out: it holds tokens and whole payloads. */
import { type Logger, LogLevel } from '@slack/bolt'
import type { Log } from '../ports/log.ts'

export function boltLogger(log: Log): Logger {
  const sentence = (parts: readonly unknown[]) =>
    parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ')
  return {
    debug: () => undefined,
    info: (...parts) => log.debug({ from: 'slack' }, sentence(parts)),
    warn: (...parts) => log.warn({ from: 'slack' }, sentence(parts)),
    error: (...parts) => log.error({ from: 'slack' }, sentence(parts)),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  }
}
