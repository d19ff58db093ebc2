/** The least that looks at a control plane from outside: a list-free watch and a patch, with the kubeconfig's certificate. */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import type { ControlPlane } from '../../test/control-plane/control-plane.ts'
import { epochMs } from '../epoch.ts'

export type Json = Readonly<Record<string, unknown>>

export interface PlaneApi {
  patch(path: string, body: Json): Promise<void>
  /** Calls back with each object as it arrives or goes, and when that was; returns what ends it. */
  watch(path: string, seen: (object: Json, at: number) => void, gone?: (object: Json, at: number) => void): () => void
}

export function planeApi({ serverUrl, caPath, token }: ControlPlane): PlaneApi {
  if (caPath === null || token === null) throw new Error('the benchmarks need a control plane of their own')
  const agent = new Agent({ ca: readFileSync(caPath), keepAlive: true })
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' }
  return {
    patch: (path, body) =>
      new Promise((resolve, reject) => {
        const options = {
          method: 'PATCH',
          agent,
          headers: { ...headers, 'content-type': 'application/merge-patch+json' },
        }
        const asking = request(`${serverUrl}${path}`, options, (response) => {
          response.resume()
          response.once('end', () => {
            if (response.statusCode === 200) resolve()
            else reject(new Error(`PATCH ${path}: ${response.statusCode}`))
          })
        })
        asking.once('error', reject)
        asking.end(JSON.stringify(body))
      }),
    watch(path, seen, gone) {
      let rest = ''
      const asking = request(`${serverUrl}${path}?watch=1`, { agent, headers }, (response) => {
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          const at = epochMs()
          const lines = `${rest}${chunk}`.split('\n')
          rest = lines.pop() ?? ''
          for (const line of lines) if (line !== '') tell(line, at)
        })
      })
      const tell = (line: string, at: number) => {
        const event = JSON.parse(line) as { readonly type: string; readonly object: Json }
        if (event.type === 'ADDED' || event.type === 'MODIFIED') seen(event.object, at)
        if (event.type === 'DELETED') gone?.(event.object, at)
      }
      asking.once('error', () => undefined)
      asking.end()
      return () => asking.destroy()
    },
  }
}
