/** The registries' logins from a Docker `config.json`, as `docker login` or a cluster's image pull secret writes it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { loginHost } from './image-name.ts'
import type { Credentials } from './oci-registry.ts'

const login = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
})
const fileShape = z.object({
  auths: z.record(z.string(), login).default({}),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).default({}),
})

/** Host of an entry; a version of the API or a slash may stand behind it (`https://index.docker.io/v1/`), nothing else. */
const ENTRY = /^(?:https?:\/\/)?([^/]+)(?:\/(?:v[12]\/?)?)?$/

interface Logins {
  readonly byHost: ReadonlyMap<string, Credentials>
  /** What is wrong with the file or not used of it, without anything secret. */
  readonly warnings: readonly string[]
}

/**
 * Credentials for a registry's login name (`docker.io`, `ghcr.io`, `localhost:5000`); undefined when there are none. The
 * file is read for every question, so that a login that is renewed is used. Credential helpers are programs of
 * somebody's desk and are not run; `onWarning` hears of them, and of a file that cannot be read, once each.
 */
export function dockerLogins(
  folder: string,
  onWarning: (sentence: string) => void,
): (host: string) => Credentials | undefined {
  const path = join(folder, 'config.json')
  const told = new Set<string>()
  const read = () => {
    const { byHost, warnings } = readLogins(path)
    for (const warning of warnings.filter((each) => !told.has(each))) {
      told.add(warning)
      onWarning(warning)
    }
    return byHost
  }
  read()
  return (host) => read().get(host)
}

function readLogins(path: string): Logins {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    return nothing(`${path} cannot be read (${code}): registries are asked as nobody.`)
  }
  const file = fileShape.safeParse(parseJson(text))
  // What zod found is not repeated: it may show a part of a password.
  if (!file.success) return nothing(`${path} is not a Docker config.json: registries are asked as nobody.`)
  return loginsOf(path, file.data)
}

function loginsOf(path: string, { auths, credsStore, credHelpers }: z.output<typeof fileShape>): Logins {
  const byHost = new Map<string, Credentials>()
  const unused: string[] = []
  for (const [name, entry] of Object.entries(auths)) {
    const host = ENTRY.exec(name)?.[1]?.toLowerCase()
    const credentials = credentialsOf(entry)
    if (host !== undefined && credentials) byHost.set(loginHost(host), credentials)
    else unused.push(name)
  }
  const helped = [...(credsStore === undefined ? [] : [`credsStore ${credsStore}`]), ...Object.keys(credHelpers)]
  return {
    byHost,
    warnings: [
      ...(helped.length === 0
        ? []
        : [`${path}: credential helpers are not run (${helped.join(', ')}); put the login into auths.`]),
      ...(unused.length === 0 ? [] : [`${path}: auths has no usable login for ${unused.join(', ')}.`]),
    ],
  }
}

/** `auth` is base64 of `user:password`; pull secrets made by hand may have the two beside it or instead. */
function credentialsOf({ auth = '', username, password }: z.output<typeof login>): Credentials | undefined {
  const [, user, secret] = /^([^:]+):(.+)$/s.exec(Buffer.from(auth, 'base64').toString().replace(/\0+$/, '')) ?? []
  if (user !== undefined && secret !== undefined) return { username: user, password: secret }
  return username && password ? { username, password } : undefined
}

function nothing(warning: string): Logins {
  return { byHost: new Map(), warnings: [warning] }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
