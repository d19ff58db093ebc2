/** The bot's process as one plain file: a story that starts many of them would spend its time on compiling them. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Beneath the packages that it imports. */
const CACHE = join(ROOT, 'node_modules', '.cache')

export interface CompiledBot {
  readonly path: string
  remove(): void
}

export async function compiledBot(): Promise<CompiledBot> {
  mkdirSync(CACHE, { recursive: true })
  const outDir = mkdtempSync(join(CACHE, 'tminus-bot-'))
  const settings = { ssr: 'test/stories/bot-process.ts', outDir, emptyOutDir: true, minify: false }
  await build({ configFile: false, root: ROOT, logLevel: 'error', build: settings })
  return { path: join(outDir, 'bot-process.js'), remove: () => rmSync(outDir, { recursive: true, force: true }) }
}
