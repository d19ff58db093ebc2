import { describe, expect, it } from 'vitest'
import { printMessage } from '../../../src/bot/transcript.ts'
import { drawEmergencyQuestion, readEmergencyValue } from '../../../src/bot/views/emergency.ts'

const longest = `${'x'.repeat(499)}…`

describe('the question before an emergency', () => {
  it('says what would happen, escapes the reason, and asks again in a dialog', () => {
    const message = drawEmergencyQuestion('api', 'errors <!here> & more')
    expect(printMessage(message)).toContain('🚨')
    const drawn = JSON.stringify(message.blocks)
    expect(drawn).toContain('errors &lt;!here&gt; &amp; more')
    expect(drawn).toContain('"confirm":{"title"')
    expect(drawn).toContain('Roll back now')
  })
  it.each(['checkout is broken', 'a|b', longest])('carries service and reason in the button: %s', (reason) => {
    const message = drawEmergencyQuestion('api', reason)
    const value = /"value":("(?:[^"\\]|\\.)*")/.exec(JSON.stringify(message.blocks))?.[1] ?? '""'
    expect(readEmergencyValue(JSON.parse(value) as string)).toEqual({ service: 'api', reason })
  })
  it.each(['', 'api', 'api|', '|reason', 'a b|reason'])('takes no other value: %j', (value) =>
    expect(readEmergencyValue(value)).toBeUndefined(),
  )
})
