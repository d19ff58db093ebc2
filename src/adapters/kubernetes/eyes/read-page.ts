/** The body of a metrics page, unpacked and not longer than it may be. */
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Dispatcher } from 'undici'
import { readBytes } from '../../probe/read-body.ts'

/** What is asked for of a pod, whether by its address or through the API server. */
export const PAGE_HEADERS = {
  accept: 'text/plain;version=0.0.4;q=1,application/openmetrics-text;version=1.0.0;q=0.8,*/*;q=0.1',
  'accept-encoding': 'gzip',
} as const

/** A page of some ten thousand series; unpacked too, or a small one could fill the memory. */
const PAGE_BYTES = 4 * 1024 * 1024

export interface Page {
  readonly text: string
  readonly openMetrics: boolean
}

const unpack = promisify(gunzip)

/** Throws when the connection breaks, the page is too long, or it cannot be unpacked. */
export async function readPage({ headers, body }: Pick<Dispatcher.ResponseData, 'headers' | 'body'>): Promise<Page> {
  const { bytes, cut } = await readBytes(body, PAGE_BYTES)
  if (cut) throw tooLong()
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase()
  if (encoding !== 'gzip' && encoding !== 'identity')
    throw new Error(`the page is packed as ${encoding}, which is not read`)
  const page = encoding === 'gzip' ? await unpacked(bytes) : bytes
  return {
    text: new TextDecoder().decode(page),
    openMetrics: String(headers['content-type'] ?? '').startsWith('application/openmetrics-text'),
  }
}

async function unpacked(bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await unpack(bytes, { maxOutputLength: PAGE_BYTES })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw tooLong()
    throw new Error('the page was cut off or badly packed', { cause: error })
  }
}

function tooLong(): Error {
  return new Error(`the page is longer than ${PAGE_BYTES / 1024 ** 2} MB`)
}
