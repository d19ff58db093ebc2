import { describe, expect, it } from 'vitest'
import { previewAnswers } from '../../src/checks/preview-answers.ts'
import { makeService, newDeployment } from '../playbook/fixtures.ts'
import { makeContext } from './fixtures.ts'

const withPreview = (preview: readonly string[]) =>
  newDeployment(makeService({ blueGreen: { monitorMs: 1, keepMs: 1, gate: 'auto', preview } }), undefined, 'blue-green')

describe('preview-answers', () => {
  it('asks the new version at each preview address before it has traffic', async () => {
    const asked: string[] = []
    const probe = {
      get: async (url: string) => {
        asked.push(url)
        return { kind: 'answered', status: url.endsWith('/slow') ? 503 : 200, ms: 3, body: '' } as const
      },
    }
    const deployment = withPreview(['http://api-preview/$version/health', 'http://api-preview/slow'])
    const found = await previewAnswers.run(makeContext({ ports: { probe }, deployment }))
    expect(asked).toEqual(['http://api-preview/v2.0/health', 'http://api-preview/slow'])
    expect(found).toMatchObject({ status: 'not-yet' })
    expect(found.sentence).toContain('http://api-preview/slow answered 503')
  })

  it('says what is not known where no address is set', async () => {
    const found = await previewAnswers.run(makeContext({ deployment: withPreview([]) }))
    expect(found.status).toBe('unknown')
    expect(found.sentence).toContain('Service api-preview')
    expect(found.sentence).toContain('`blueGreen.preview`')
  })
})
