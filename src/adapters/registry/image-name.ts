/** Where an image lives: Docker's short forms spelled out. */

export interface ImageName {
  /** Host of the registry's API, with its port. */
  readonly host: string
  /** The name under which people log in there: `docker.io` for Docker Hub, else the host. */
  readonly login: string
  /** Repository on that host: `library/nginx`, `shop/api`. */
  readonly name: string
}

/** The names under which people know Docker Hub; its API answers on another. */
const DOCKER_HUB = ['docker.io', 'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?$/
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/

/** `api`, `shop/api`, `docker.io/nginx`, `ghcr.io/shop/api`, `localhost:5000/api`. Null when it is no image name. */
export function parseImageName(repository: string): ImageName | null {
  const slash = repository.indexOf('/')
  const first = slash < 0 ? '' : repository.slice(0, slash)
  // Docker's own rule for telling a host from the first part of a name
  const hasHost = first.includes('.') || first.includes(':') || first === 'localhost'
  const host = hasHost ? first.toLowerCase() : 'docker.io'
  const name = hasHost ? repository.slice(slash + 1) : repository
  if (!NAME.test(name) || !HOST.test(host)) return null
  const login = loginHost(host)
  if (login !== 'docker.io') return { host, login, name }
  const full = name.includes('/') ? name : `library/${name}`
  return { host: 'registry-1.docker.io', login, name: full }
}

/** The name under which people log in at a registry's host (lower case): `docker.io` for all those of Docker Hub. */
export function loginHost(host: string): string {
  return DOCKER_HUB.includes(host) ? 'docker.io' : host
}

export function isTag(tag: string): boolean {
  return TAG.test(tag)
}
