/** The processes that are measured run compiled, as in production: a compiler in the process would count as its memory. */
import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
/** In the checkout itself: several of them may share their packages. */
const OUT = join(ROOT, '.cache', 'bench')
let done = false

/** Path of the compiled file of bench/processes; compiles all of them when first asked. */
export function compiledProcess(name: string): string {
  const path = join(OUT, 'bench', 'processes', `${name}.js`)
  if (!done) {
    const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
    const { stdout } = spawnSync(process.execPath, [compiler, '-p', 'bench'], { cwd: ROOT, encoding: 'utf8' })
    // Types are checked by `npm run check`; what was written is what counts here.
    if (!existsSync(path)) throw new Error(`the benchmarks could not be compiled:\n${stdout}`)
    writeFileSync(join(OUT, 'package.json'), '{ "type": "module" }\n')
    done = true
  }
  return path
}
