import { describe, expect, it } from 'vitest'
import { referencesOf } from '../../../src/adapters/kubernetes/config-references.ts'

describe('the configuration of a template', () => {
  it('is every ConfigMap and Secret that its containers and volumes name, each once', () => {
    const found = referencesOf({
      spec: {
        imagePullSecrets: [{ name: 'registry' }],
        initContainers: [
          { name: 'migrate', env: [{ name: 'URL', valueFrom: { secretKeyRef: { name: 'db', key: 'url' } } }] },
        ],
        containers: [
          {
            name: 'api',
            env: [
              { name: 'PLAIN', value: 'x' },
              { name: 'MODE', valueFrom: { configMapKeyRef: { name: 'api-config', key: 'mode' } } },
            ],
            envFrom: [{ configMapRef: { name: 'api-config' } }, { secretRef: { name: 'api-keys' } }],
          },
        ],
        volumes: [
          { name: 'cache', emptyDir: {} },
          { name: 'files', configMap: { name: 'api-files' } },
          { name: 'tls', secret: { secretName: 'api-tls' } },
          { name: 'both', projected: { sources: [{ configMap: { name: 'ca' } }, { secret: { name: 'token' } }] } },
        ],
      },
    })
    expect(found.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'Secret db',
      'ConfigMap api-config',
      'Secret api-keys',
      'ConfigMap api-files',
      'Secret api-tls',
      'ConfigMap ca',
      'Secret token',
    ])
  })

  it('is none where it stands in the template itself', () => {
    expect(referencesOf({ spec: { containers: [{ name: 'api', env: [{ name: 'A', value: 'b' }] }] } })).toEqual([])
  })
})
