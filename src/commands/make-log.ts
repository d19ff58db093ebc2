/** The program's log: JSON lines on standard output, secrets blotted out. */
import { pino } from 'pino'
import type { LogLevel } from '../config/environment.ts'
import type { Log } from '../ports/log.ts'

export function makeLog(level: LogLevel): Log {
  return pino({
    level,
    redact: {
      paths: [
        'token',
        '*.token',
        'botToken',
        '*.botToken',
        'authorization',
        '*.authorization',
        'headers.authorization',
      ],
      censor: '(hidden)',
    },
    // Errors stand under `error` in our facts.
    serializers: { error: pino.stdSerializers.err },
  })
}
