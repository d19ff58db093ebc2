/** The child's side of `child.ts`: answers calls by name over the channel to the parent, and ends with it. */

/** Every member takes one argument and answers in time to come. */
export type Calls<Api> = { readonly [Name in keyof Api]: (input: never) => Promise<unknown> }

export interface Asked {
  readonly id: number
  readonly name: string
  readonly input: unknown
}

export type Answered =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string }

export function serve<Api extends Calls<Api>>(api: Api): void {
  const calls = new Map<string, (input: never) => Promise<unknown>>(Object.entries(api))
  const send = (answer: Answered) => void process.send?.(answer)
  process.on('message', ({ id, name, input }: Asked) => {
    const call = calls.get(name)
    if (!call) return send({ id, error: 'there is no such call' })
    call(input as never).then(
      (result) => send({ id, result }),
      (error: unknown) => send({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
  process.once('disconnect', () => process.exit(0))
  send({ id: 0, result: 'ready' })
}
