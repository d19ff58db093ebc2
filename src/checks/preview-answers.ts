import { previewServiceName } from '../playbook/preview-service.ts'
import type { Check } from './check.ts'
import { judgeHealth } from './health-endpoints.ts'

export const previewAnswers: Check = {
  name: 'preview-answers',
  claim: 'the new version answers through its preview Service, before it has traffic',
  run: async ({ service, deployment, probe, signal }) => {
    const { preview } = service.blueGreen
    if (preview.length === 0) {
      return {
        status: 'unknown',
        sentence: `No address of Service ${previewServiceName(service)} is set, so nobody asked the new version before the switch: it is only known that its pods are ready there. Put one under \`blueGreen.preview\` in tminus.yml.`,
      }
    }
    const urls = preview.map((url) => url.replaceAll('$version', deployment.version))
    return judgeHealth(await Promise.all(urls.map(async (url) => ({ url, answer: await probe.get(url, signal) }))))
  },
}
