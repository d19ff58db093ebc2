import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { runChild } from './child.mjs'
import { SetupError } from './setup-error.mjs'

/** Builds the demo's page (Vite, to dist/demo/page) when its sources, or the types it shares, are newer than what was built. */
export async function demoPage(root) {
  const config = join('src', 'demo', 'page', 'vite.config.ts')
  if (!existsSync(join(root, config))) return
  const built = join(root, 'dist', 'demo', 'page', 'index.html')
  const sources = [
    join(root, 'src', 'demo', 'page'),
    join(root, 'src', 'demo', 'workspace'),
    join(root, 'package-lock.json'),
  ]
  if (existsSync(built) && Math.max(...sources.map(newest)) <= statSync(built).mtimeMs) return
  console.log("Building the demo's page.")
  const vite = join('node_modules', 'vite', 'bin', 'vite.js')
  const code = await runChild(process.execPath, [vite, 'build', '--config', config, '--logLevel', 'warn'], {
    cwd: root,
  })
  if (code !== 0) throw new SetupError("The demo's page could not be built; what Vite said is above.")
}

/** Time of the last change under a path, ms; 0 when it is not there. */
function newest(path) {
  if (!existsSync(path)) return 0
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  const times = readdirSync(path).map((name) => newest(join(path, name)))
  return Math.max(0, ...times)
}
