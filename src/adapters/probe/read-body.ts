/** Reads an answer's body up to a limit; a body that is longer is cut off and its connection given up. */
import type { Dispatcher } from 'undici'

export interface BodyText {
  readonly text: string
  /** Was there more than the limit? */
  readonly cut: boolean
}

/** At most `limit` bytes, as UTF-8. Throws what the connection throws. */
export async function readBody(body: Dispatcher.ResponseData['body'], limit: number): Promise<BodyText> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of body) {
    const bytes = Buffer.from(part)
    parts.push(bytes)
    size += bytes.length
    // leaving the loop destroys the stream
    if (size > limit) break
  }
  return { text: new TextDecoder().decode(Buffer.concat(parts).subarray(0, limit)), cut: size > limit }
}
