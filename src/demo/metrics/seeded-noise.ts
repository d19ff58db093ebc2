/** Numbers that look measured and are the same in every run: noise drawn from the seed, the name and the time. */

/** How long one draw lasts, ms of deployment time. */
const BUCKET_MS = 10_000

/** -1..1, steady within ten seconds. */
export type SeededNoise = (name: string, at: number) => number

export function seededNoise(seed: number): SeededNoise {
  return (name, at) => {
    let state = seed | 0
    for (const character of `${name}@${Math.floor(at / BUCKET_MS)}`) {
      state = Math.imul(state ^ character.charCodeAt(0), 0x01000193)
    }
    // mixed twice: names and times that differ in one digit must not give neighbours
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d)
    state = Math.imul(state ^ (state >>> 12), 0x297a2d39)
    return (((state ^ (state >>> 15)) >>> 0) / 2 ** 32) * 2 - 1
  }
}
