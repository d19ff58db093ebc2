/** A service as its pin needs it, where only the catalogue is at hand. */
import type { Pin } from './deployment.ts'
import type { Service } from './service.ts'

/** A blue-green deployment moved its traffic by its switch, whatever router the catalogue names. */
export function pinnedService(service: Service, pin: Pick<Pin, 'switched'>): Service {
  return pin.switched ? { ...service, router: { kind: 'switch' } } : service
}
