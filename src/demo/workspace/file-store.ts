/** Files on their way into the workspace: an address to send bytes to, the bytes, then the sharing in a channel. */
export interface StoredFile {
  readonly id: string
  readonly name: string
  readonly expected: number
  readonly altText?: string
  readonly bytes?: Uint8Array
  readonly title?: string
}

/** Bytes that one upload may have; the page holds them in memory. */
export const UPLOAD_LIMIT = 50_000_000

export class FileStore {
  readonly #files = new Map<string, StoredFile>()
  #last = 0

  announce(name: string, expected: number, altText?: string): StoredFile {
    const id = `F${String(++this.#last).padStart(8, '0')}`
    const file = { id, name, expected, ...(altText === undefined ? {} : { altText }) }
    this.#files.set(id, file)
    return file
  }

  find(id: string): StoredFile | undefined {
    return this.#files.get(id)
  }

  /** False when nobody announced this file. */
  receive(id: string, bytes: Uint8Array): boolean {
    const file = this.#files.get(id)
    if (!file) return false
    this.#files.set(id, { ...file, bytes })
    return true
  }

  entitle(id: string, title: string): void {
    const file = this.#files.get(id)
    if (file) this.#files.set(id, { ...file, title })
  }
}

/** The type that the name's ending says; plain bytes when it says nothing known. */
export function mimeType(name: string): string {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  return MIME_TYPES[ending] ?? 'application/octet-stream'
}

const MIME_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  log: 'text/plain; charset=utf-8',
  md: 'text/plain; charset=utf-8',
  json: 'application/json',
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  woff2: 'font/woff2',
  ico: 'image/x-icon',
}
