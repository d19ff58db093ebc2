import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readButtonValue } from '../../src/bot/button-value.ts'
import { buttonsNow } from '../../src/bot/views/buttons.ts'
import { readEmergencyValue } from '../../src/bot/views/emergency.ts'
import { sampleDeployment, TWO_PM, watched } from './views/sample-deployment.ts'

describe('the value of a button', () => {
  it('says what it was drawn for, and no more', () => {
    for (const deployment of [sampleDeployment({ step: 'approve-5' }), watched()])
      for (const { value = '' } of buttonsNow(deployment, TWO_PM))
        expect(readButtonValue(value)).toEqual({ deployment: 'api-42', service: 'api', step: deployment.step })
    expect(readButtonValue('shop-api-7|watch-25')).toMatchObject({ service: 'shop-api', deployment: 'shop-api-7' })
  })

  it.each([
    '',
    'api-42',
    'api-42|',
    '|watch-25',
    'api|watch-25',
    'api-42|watch-25|approved-by-U0LEE',
    'api-42|watch 25',
    'api-42\n|watch-25',
    `${'a'.repeat(300)}-1|watch-25`,
    'kubectl delete deploy api; api-42',
  ])('that is not ours is read as nothing: %j', (value) => expect(readButtonValue(value)).toBeUndefined())

  it('may be anything, and throws never', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (value) => {
        const read = readButtonValue(value)
        if (read) expect(`${read.deployment}|${read.step}`).toBe(value)
        const emergency = readEmergencyValue(value)
        if (emergency) expect(`${emergency.service}|${emergency.reason}`).toBe(value)
      }),
    )
  })
})
