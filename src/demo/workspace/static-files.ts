import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join, normalize, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { mimeType } from './file-store.ts'

/** Sends a file of the built page; any path without a file gets the page itself. Never leaves `folder`. */
export async function sendStatic(response: ServerResponse, folder: string, path: string): Promise<void> {
  const root = resolve(folder)
  const wanted = resolve(root, `.${normalize(`/${path}`)}`)
  const inside = wanted.startsWith(root + sep)
  const file = inside && (await isFile(wanted)) ? wanted : join(root, 'index.html')
  if (!(await isFile(file))) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
    response.end('The page is not built. Build it with: npm run build\n')
    return
  }
  response.writeHead(200, {
    'content-type': mimeType(file),
    'cache-control': file.includes(`${sep}assets${sep}`) ? 'max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': PAGE_POLICY,
    'x-content-type-options': 'nosniff',
  })
  await pipeline(createReadStream(file), response)
}

/** Only our own scripts; images may come from anywhere, as they may in Slack. */
const PAGE_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: http: https:; frame-ancestors 'none'"

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
