/** A time limit on one request, in real time: what it limits is a wire, whatever the deployment's clock shows. */
import { DeadlineError } from './network-fault.ts'

/**
 * Runs `run` with a signal that fires when `signal` does, or after `timeoutMs` real ms with a DeadlineError.
 * Nothing is left behind on `signal`, which may live as long as a deployment.
 */
export async function withDeadline<T>(
  signal: AbortSignal,
  timeoutMs: number,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const controller = new AbortController()
  const pass = () => controller.abort(signal.reason)
  const timer = setTimeout(() => controller.abort(new DeadlineError(timeoutMs)), timeoutMs)
  signal.addEventListener('abort', pass, { once: true })
  try {
    return await run(controller.signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', pass)
  }
}
