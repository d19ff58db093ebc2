/** Reads an answer's body up to a limit; a body that is longer is cut off and its connection given up. */
import type { Dispatcher } from 'undici'

export interface BodyBytes {
  readonly bytes: Uint8Array
  /** Was there more than the limit? */
  readonly cut: boolean
}

export interface BodyText {
  readonly text: string
  readonly cut: boolean
}

/** At most `limit` bytes. Throws what the connection throws. */
export async function readBytes(body: Dispatcher.ResponseData['body'], limit: number): Promise<BodyBytes> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of body) {
    const bytes = Buffer.from(part)
    parts.push(bytes)
    size += bytes.length
    // leaving the loop destroys the stream
    if (size > limit) break
  }
  return { bytes: Buffer.concat(parts).subarray(0, limit), cut: size > limit }
}

/** The same, as UTF-8. */
export async function readBody(body: Dispatcher.ResponseData['body'], limit: number): Promise<BodyText> {
  const { bytes, cut } = await readBytes(body, limit)
  return { text: new TextDecoder().decode(bytes), cut }
}
