/** The refusals of the API: each is thrown as an ApiError and answered as a `Status` object with its HTTP code. */
import { qualifiedName, type ResourceDefinition } from './resources.ts'

export interface Cause {
  readonly reason: string
  readonly message: string
  readonly field?: string
}

export interface StatusBody {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly metadata: Readonly<Record<string, never>>
  readonly status: 'Failure' | 'Success'
  readonly message?: string
  readonly reason?: string
  readonly details?: {
    readonly name?: string
    readonly group?: string
    readonly kind?: string
    readonly uid?: string
    readonly causes?: readonly Cause[]
    readonly retryAfterSeconds?: number
  }
  readonly code?: number
}

export class ApiError extends Error {
  readonly code: number
  readonly reason: string
  readonly details: NonNullable<StatusBody['details']> | undefined
  constructor(code: number, reason: string, message: string, details?: StatusBody['details']) {
    super(message)
    this.code = code
    this.reason = reason
    this.details = details
  }
}

export function statusOf(error: ApiError): StatusBody {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: error.message,
    reason: error.reason,
    ...(error.details ? { details: error.details } : {}),
    code: error.code,
  }
}

function detailsOf(definition: ResourceDefinition, name: string) {
  return { name, ...(definition.group === '' ? {} : { group: definition.group }), kind: definition.plural }
}

export function notFound(definition: ResourceDefinition, name: string): ApiError {
  const message = `${qualifiedName(definition)} "${name}" not found`
  return new ApiError(404, 'NotFound', message, detailsOf(definition, name))
}

export function unknownPath(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {})
}

export function alreadyExists(definition: ResourceDefinition, name: string): ApiError {
  const message = `${qualifiedName(definition)} "${name}" already exists`
  return new ApiError(409, 'AlreadyExists', message, detailsOf(definition, name))
}

export function conflict(definition: ResourceDefinition, name: string, because: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualifiedName(definition)} "${name}": ${because}`
  return new ApiError(409, 'Conflict', message, detailsOf(definition, name))
}

export const STALE = 'the object has been modified; please apply your changes to the latest version and try again'

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message)
}

export function forbidden(definition: ResourceDefinition, name: string, because: string): ApiError {
  const message = `${qualifiedName(definition)} "${name}" is forbidden: ${because}`
  return new ApiError(403, 'Forbidden', message, detailsOf(definition, name))
}

/** One broken rule of an object: where, and in the words of the API. */
export interface FieldFault {
  readonly field: string
  readonly type: 'Required' | 'Invalid' | 'NotSupported' | 'Forbidden' | 'TypeInvalid'
  readonly message: string
}

const CAUSES = {
  Required: 'FieldValueRequired',
  Invalid: 'FieldValueInvalid',
  NotSupported: 'FieldValueNotSupported',
  Forbidden: 'FieldValueForbidden',
  TypeInvalid: 'FieldValueTypeInvalid',
} as const

export function invalid(definition: ResourceDefinition, name: string, faults: readonly FieldFault[]): ApiError {
  const lines = faults.map((fault) => `${fault.field}: ${fault.message}`)
  const list = lines.length === 1 ? (lines[0] ?? '') : `[${lines.join(', ')}]`
  const group = definition.group === '' ? '' : `.${definition.group}`
  return new ApiError(422, 'Invalid', `${definition.kind}${group} "${name}" is invalid: ${list}`, {
    ...detailsOf(definition, name),
    kind: definition.kind,
    causes: faults.map((fault) => ({ reason: CAUSES[fault.type], message: fault.message, field: fault.field })),
  })
}

export function tooManyRequests(message: string, retryAfterSeconds: number, causes: readonly Cause[] = []): ApiError {
  return new ApiError(429, 'TooManyRequests', message, {
    retryAfterSeconds,
    ...(causes.length > 0 ? { causes } : {}),
  })
}
