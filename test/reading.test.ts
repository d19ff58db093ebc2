import { describe, expect, it } from 'vitest'
import { readingFaults } from './reading.ts'

describe('a text as a person reads it', () => {
  it.each([
    'Rolling back api to v1.9. all 3 new pods are unready.',
    'two new pods',
    'It holds: too slow.. Resume goes on.',
    'Kept for undefined min.',
    'Type &lt;reason&gt;.',
    'Due <!date^1^{time}|14:00>.',
    'All 1 pods are ready.',
    'After 4 minute.',
    'It is (ready.).',
    'Nothing () was said.',
  ])('is not well: %s', (text) => expect(readingFaults(text)).toHaveLength(1))

  it.each([
    'api-1 holds at 25 %. api goes on. v1.9 has all traffic. `kubectl get` shows it.',
    'P95 0.5 %, 1 pod, 21 pods, 0 requests, 1.5 minutes.',
    'Wait … more. See docs.',
  ])('is well: %s', (text) => expect(readingFaults(text)).toEqual([]))
})
