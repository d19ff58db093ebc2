/**
 * One incarnation of the bot. It dies at a write: before it is sent, or after it was carried out and before the answer
 * comes. From then on nothing of it is heard any more: what it asks for is never answered, what it writes is never sent.
 */

/** At which write of this incarnation, counted from 0, and on which side of it. */
export interface Fate {
  readonly at: number
  readonly when: 'before' | 'after'
}

export interface Life {
  /** Resolves when it dies. */
  readonly death: Promise<void>
  isDead(): boolean
  die(): void
  /** Runs something that changes nothing outside. Never settles once this life is over. */
  read<T>(run: () => Promise<T>): Promise<T>
  /** Runs something that changes the world; this is where it may die. */
  write<T>(what: string, run: () => Promise<T>): Promise<T>
  /** Is an answer from outside waited for? */
  isBusy(): boolean
  /** Run at death, at once; at once when it is dead. */
  onDeath(run: () => void): void
}

/** `wrote` hears of every write that is sent. */
export function life(fate: Fate | null, wrote: (what: string) => void): Life {
  const ends: (() => void)[] = []
  let dead = false
  let pending = 0
  let writes = 0
  let resolveDeath = () => {}
  const death = new Promise<void>((resolve) => {
    resolveDeath = resolve
  })
  const die = () => {
    if (dead) return
    dead = true
    for (const end of ends) end()
    resolveDeath()
  }
  const hear = <T>(run: () => Promise<T>, answered: () => void): Promise<T> =>
    new Promise((resolve, reject) => {
      if (dead) return
      pending += 1
      const unlessDead = (tell: () => void) => {
        pending -= 1
        if (!dead) answered()
        if (!dead) tell()
      }
      run().then(
        (value) => unlessDead(() => resolve(value)),
        (error: unknown) => unlessDead(() => reject(error instanceof Error ? error : new Error(String(error)))),
      )
    })
  return {
    death,
    die,
    isDead: () => dead,
    isBusy: () => !dead && pending > 0,
    onDeath: (run) => (dead ? run() : void ends.push(run)),
    read: (run) => hear(run, () => {}),
    write(what, run) {
      const mine = !dead && writes === fate?.at
      writes += 1
      if (mine && fate?.when === 'before') die()
      if (!dead) wrote(what)
      return hear(run, () => mine && die())
    },
  }
}
