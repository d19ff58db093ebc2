import { spawnSync } from 'node:child_process'

const ENGINE_ANSWERS_WITHIN_MS = 5_000

/** A Redis 7 in a container on loopback, for the demo where nothing else is; undefined when no docker engine answers. */
export function redisInDocker() {
  if (docker(['info'], ENGINE_ANSWERS_WITHIN_MS) === undefined) return undefined
  console.log('Starting Redis in a container (docker run redis:7), on loopback only.')
  const id = docker([
    'run',
    '--detach',
    '--rm',
    '--publish',
    '127.0.0.1::6379',
    'redis:7',
    '--maxmemory-policy',
    'noeviction',
  ])
  const address = id && docker(['port', id, '6379/tcp'])
  if (!id || !address) return undefined
  return { url: `redis://${address.split('\n')[0]}`, stop: () => void docker(['stop', '--time', '2', id]) }
}

/** What docker said, or nothing when it failed. */
function docker(args, timeout) {
  const done = spawnSync('docker', args, { encoding: 'utf8', timeout, stdio: ['ignore', 'pipe', 'ignore'] })
  return done.status === 0 ? done.stdout.trim() : undefined
}
