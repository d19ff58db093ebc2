/** The account of the pod that the bot runs in: its token, which is exchanged now and then, and the authority it trusts. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { apiClient } from '../../../src/adapters/kubernetes/api-client.ts'
import { credentialsOf } from '../../../src/adapters/kubernetes/credentials.ts'
import { knownContexts } from '../../../src/adapters/kubernetes/kubeconfig.ts'
import { services } from '../../../src/adapters/kubernetes/target.ts'

const ACCOUNT = 'var/run/secrets/kubernetes.io/serviceaccount'

/** A certificate for 127.0.0.1, signed by itself. */
function makeCertificate(folder: string, name: string) {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)]
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2', '-nodes']
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  execFileSync('openssl', [...kind, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' })
  return { key: readFileSync(key), cert: readFileSync(cert) }
}

describe('in the cluster', () => {
  const accepted = { token: 'first' }
  const seen: string[] = []
  let folder: string
  let server: Server
  const account = (name: string, text: string | Buffer) => writeFileSync(join(folder, ACCOUNT, name), text)

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tminus-pod-'))
    mkdirSync(join(folder, ACCOUNT), { recursive: true })
    const own = makeCertificate(folder, 'api-server')
    account('ca.crt', own.cert)
    account('token', 'first')
    account('namespace', 'tminus')
    server = createServer(own, (request, response) => {
      const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
      seen.push(token)
      response.writeHead(token === accepted.token ? 200 : 401, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ metadata: { name: 'api' } }))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '127.0.0.1')
    vi.stubEnv('KUBERNETES_SERVICE_PORT', String(typeof address === 'object' && address ? address.port : 0))
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
    rmSync(folder, { recursive: true, force: true })
  })

  it('goes by token and authority of the account, and takes a token that was exchanged', async () => {
    const credentials = await credentialsOf(undefined, null, folder)
    expect(await knownContexts({ podRoot: folder })).toEqual(['inClusterContext'])
    const api = apiClient(credentials, 5_000)
    const ask = () => api.json('get', services('shop', 'api'))
    expect(await ask()).toEqual({ metadata: { name: 'api' } })
    accepted.token = 'second'
    account('token', 'second')
    expect(await ask()).toEqual({ metadata: { name: 'api' } })
    expect(seen).toEqual(['first', 'first', 'second'])
    await credentials.close()
  })

  it('does not talk to a server that the authority did not sign', async () => {
    const mine = readFileSync(join(folder, ACCOUNT, 'ca.crt'))
    account('ca.crt', makeCertificate(folder, 'somebody-else').cert)
    const before = seen.length
    const credentials = await credentialsOf(undefined, null, folder)
    const failure = apiClient(credentials, 5_000).json('get', services('shop', 'api'))
    await expect(failure).rejects.toMatchObject({ status: null })
    expect(seen).toHaveLength(before)
    account('ca.crt', mine)
    await credentials.close()
  })
})
