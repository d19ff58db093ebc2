/** What went wrong with a call to Slack, as the two kinds that matter: worth another try, or not until somebody acts. */
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api'
import { ChatError } from '../ports/chat.ts'

/** Slack's own codes for "not now". Everything else it answers with is a refusal. */
const LATE_CODES: readonly string[] = [
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]

/** Any failure of the Web API as a ChatError. What is not Slack's comes back as it is: it is our bug. */
export function asChatError(failure: unknown, method: string): unknown {
  if (failure instanceof ChatError) return failure
  if (failure instanceof WebAPIRateLimitedError)
    return new ChatError('late', 'ratelimited', `${method}: too many requests`, failure.retryAfter * 1000)
  if (failure instanceof WebAPIPlatformError) {
    const { error, response_metadata: metadata } = failure.data
    const details = metadata?.messages?.join('; ') ?? ''
    const kind = LATE_CODES.includes(error) ? 'late' : 'refused'
    return new ChatError(kind, error, `${method}: ${error}${details === '' ? '' : ` (${details})`}`)
  }
  if (failure instanceof WebAPIHTTPError) {
    const kind = failure.statusCode >= 500 || failure.statusCode === 429 ? 'late' : 'refused'
    return new ChatError(kind, `http_${failure.statusCode}`, `${method}: HTTP ${failure.statusCode}`)
  }
  if (failure instanceof WebAPIRequestError) {
    const code = failure.original.name === 'TimeoutError' ? 'timeout' : 'request_error'
    return new ChatError('late', code, `${method}: ${failure.original.message}`)
  }
  // web-api throws a plain Error for a 429 without a usable Retry-After.
  if (failure instanceof Error && /Retry header/.test(failure.message))
    return new ChatError('late', 'ratelimited', `${method}: too many requests`)
  return failure
}
