/** What the Service is called that leads to the idle colour of a blue-green deployment, and to nothing else. */
import type { Service } from './service.ts'

export function previewServiceName({ serviceName }: Pick<Service, 'serviceName'>): string {
  return `${serviceName}-preview`
}
