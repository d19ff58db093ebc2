import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { SetupError } from './setup-error.mjs'

/** What each program is for, how it is found, and where it comes from. `find` answers with a path or nothing. */
const PROGRAMS = {
  'redis-server': {
    find: () => onPath('redis-server'),
    debian: ['redis-server'],
    brew: 'redis',
    needed: 'state and queues',
  },
  prometheus: {
    find: () => onPath('prometheus'),
    debian: ['prometheus'],
    brew: 'prometheus',
    needed: 'the shipped queries',
  },
  // Fonts: without any, a page has no letters.
  chromium: {
    find: findChromium,
    debian: ['chromium', 'fonts-dejavu-core'],
    brew: '--cask chromium',
    needed: "the demo's page",
  },
}

/**
 * Finds the programs, and installs the missing ones where apt-get may be used (root, or sudo without a password).
 * Returns what a child needs in its environment to find them. Throws SetupError with what to install otherwise.
 */
export function programs(names) {
  const missing = names.filter((name) => !PROGRAMS[name].find())
  if (missing.length > 0) install(missing)
  const still = names.filter((name) => !PROGRAMS[name].find())
  if (still.length > 0) throw new SetupError(whatToInstall(still))
  return names.includes('chromium') ? { CHROMIUM_PATH: findChromium() } : {}
}

function install(missing) {
  const asRoot = rootPrefix()
  if (!onPath('apt-get') || !asRoot) return
  const packages = missing.flatMap((name) => PROGRAMS[name].debian)
  const why = missing.map((name) => `${name} (${PROGRAMS[name].needed})`).join(', ')
  console.log(`Installing Debian packages with apt-get: ${packages.join(' ')}. Needed: ${why}.`)
  const apt = (...args) => {
    const [command, ...rest] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]
    return spawnSync(command, rest, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
  }
  // The lists may be old or absent; without a network the packages may still be in apt's cache.
  if (!apt('-qq', 'update')) console.log('apt-get update failed; trying with the lists that are there.')
  if (!apt('-qq', 'install', '-y', '--no-install-recommends', ...packages))
    throw new SetupError(`apt-get could not install ${packages.join(' ')}; what it said is above.`)
}

/** The words before a command that must run as root; nothing when that cannot be. */
function rootPrefix() {
  if (process.getuid?.() === 0) return []
  const sudo = onPath('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0
  return sudo ? ['sudo', '-n'] : undefined
}

function whatToInstall(names) {
  const debian = names.flatMap((name) => PROGRAMS[name].debian).join(' ')
  const brew = names.map((name) => `brew install ${PROGRAMS[name].brew}`).join(' && ')
  const lines = names.map((name) => `  ${name} is not here. Needed: ${PROGRAMS[name].needed}.`)
  const hints = [`  Debian, Ubuntu:  sudo apt-get install ${debian}`, `  macOS:           ${brew}`]
  if (names.includes('redis-server'))
    hints.push('  For the demo also: REDIS_URL=redis://..., or a docker engine that answers.')
  if (names.includes('chromium')) hints.push('  Another Chromium or Chrome: CHROMIUM_PATH=/path/to/it.')
  return ['Please install what is missing, then run the command again:', ...lines, ...hints].join('\n')
}

const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const CHROMIUM_APPS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

function findChromium() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH
  for (const name of CHROMIUM_NAMES) {
    const path = onPath(name)
    if (path) return path
  }
  return CHROMIUM_APPS.find((path) => existsSync(path))
}

function onPath(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}
