import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SetupError } from './setup-error.mjs'

/** Installs the npm packages when there are none, or others than package-lock.json names. Otherwise needs no network. */
export function nodePackages(root) {
  const lockFile = join(root, 'package-lock.json')
  const stamp = join(root, 'node_modules', '.tminus-lock')
  const hash = createHash('sha256').update(readFileSync(lockFile)).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  if (!installedAsLocked(root, lockFile)) {
    console.log(
      'Installing the npm packages of package-lock.json into node_modules (npm ci; about a minute the first time).',
    )
    npmCi(root)
  }
  writeFileSync(stamp, hash)
}

/** Somebody may have run npm by hand: then what is there counts. Optional packages of other platforms are never there. */
function installedAsLocked(root, lockFile) {
  const hidden = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(hidden)) return false
  const installed = JSON.parse(readFileSync(hidden, 'utf8')).packages ?? {}
  const locked = JSON.parse(readFileSync(lockFile, 'utf8')).packages ?? {}
  return Object.entries(locked).every(
    ([path, { version, optional }]) =>
      path === '' || (installed[path] ? installed[path].version === version : optional === true),
  )
}

function npmCi(root) {
  const npm = process.env.npm_execpath
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  // No package of ours needs its install script; development packages are needed even where NODE_ENV says production.
  const args = ['ci', '--ignore-scripts', '--include=dev', '--prefer-offline', '--no-audit', '--no-fund']
  const done = spawnSync(command, [...first, ...args], { cwd: root, stdio: 'inherit' })
  if (done.status !== 0) throw new SetupError('npm ci failed; what it said is above.')
}
