import { expect, it } from 'vitest'
import { steppedClock } from '../../../src/adapters/clocks.ts'
import { TriggerRegistry } from '../../../src/demo/workspace/trigger-registry.ts'

it('gives a trigger 3 s and one use', () => {
  const wall = steppedClock(1_800_000_000_000)
  const triggers = new TriggerRegistry(wall)
  const used = triggers.issue('U1')
  expect(triggers.exchange(used)).toMatchObject({ user: 'U1' })
  expect(triggers.exchange(used)).toEqual({ error: 'exchanged_trigger_id' })
  const [late, inTime] = [triggers.issue('U1'), triggers.issue('U1')]
  wall.advanceTo(wall.now() + 3_000)
  expect(triggers.exchange(inTime)).toMatchObject({ user: 'U1' })
  wall.advanceTo(wall.now() + 1)
  expect(triggers.exchange(late)).toEqual({ error: 'expired_trigger_id' })
  expect(triggers.exchange(undefined)).toEqual({ error: 'invalid_trigger_id' })
})
