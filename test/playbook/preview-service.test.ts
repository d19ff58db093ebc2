import { expect, it } from 'vitest'
import { previewServiceName } from '../../src/playbook/preview-service.ts'

it('names the preview after the Service in front, not after the workload', () => {
  expect(previewServiceName({ serviceName: 'shop' })).toBe('shop-preview')
})
