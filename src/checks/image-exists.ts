import { imageReference } from '../playbook/image.ts'
import { fullStop } from '../playbook/sentence.ts'
import type { Service } from '../playbook/service.ts'
import type { ImageAnswer } from '../ports/registry.ts'
import type { Check, CheckResult } from './check.ts'

export const imageExists: Check = {
  name: 'image-exists',
  claim: 'the image of the new version is in the registry',
  run: async ({ service, deployment, registry, signal }) =>
    judgeImage(service, deployment.version, await registry.resolve(service.image, deployment.version, signal)),
}

/** Finds out `digest`, by which the image is then pinned. Not known is no failure: the kubelet may have rights that we lack. */
export function judgeImage(service: Service, version: string, answer: ImageAnswer): CheckResult {
  const image = imageReference(service.image, version, null)
  switch (answer.kind) {
    case 'found':
      return {
        status: 'holds',
        sentence: `${image} is in the registry and is pinned to ${answer.digest.slice(0, 19)}.`,
        evidence: answer.digest,
        facts: { digest: answer.digest },
      }
    case 'missing':
      return {
        status: 'fails',
        sentence: `The registry has no tag ${version} in ${service.image}. Push ${image}, or check the spelling of the version.`,
      }
    case 'unknown':
      return {
        status: 'unknown',
        sentence: `Whether ${image} can be pulled is not known, and its digest is not pinned: ${fullStop(answer.why)}`,
      }
  }
}
