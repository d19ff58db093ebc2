/** The small values of a catalogue: lengths of time, shares, names, Slack's ids. Each says what is allowed. */
import { z } from 'zod'
import { DAY, HOUR, MINUTE, SECOND } from '../playbook/durations.ts'

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND,
  sec: SECOND,
  m: MINUTE,
  min: MINUTE,
  h: HOUR,
  d: DAY,
}
const DURATION = /^(\d+(\.\d+)?\s?(ms|sec|s|min|m|h|d)\s?)+$/

/** `10m`, `30s`, `1h 30m`, `250ms` in milliseconds; undefined when the text is no length of time. */
export function durationMs(text: string): number | undefined {
  const trimmed = text.trim()
  if (trimmed.length > 40 || !DURATION.test(trimmed)) return undefined
  const parts = [...trimmed.matchAll(/(\d+(?:\.\d+)?)\s?(ms|sec|s|min|m|h|d)/g)]
  return Math.round(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? 0), 0))
}

/** A length of time between two others, both named as people write them. Comes out in ms. */
export function duration(least: string, most: string) {
  const allowed = `a length of time with its unit, from ${least} to ${most}, such as 30s, 10m or 1h 30m`
  const [from, to] = [durationMs(least) ?? 0, durationMs(most) ?? Number.MAX_SAFE_INTEGER]
  return z
    .string({ error: allowed })
    .regex(DURATION, { error: allowed })
    .transform((text) => durationMs(text) ?? -1)
    .pipe(z.number().min(from, { error: allowed }).max(to, { error: allowed }))
}

const PERCENT = /^\d+(\.\d+)?\s?%$/
const asRatio = (value: string | number) =>
  typeof value === 'number' ? value : Number((Number.parseFloat(value) / 100).toPrecision(12))

/** A share: `98%` or 0.98. Comes out as 0..1. */
export function share() {
  const allowed = 'a share, such as 98% or 0.98, from 0% to 100%'
  return z
    .union([z.number({ error: allowed }), z.string({ error: allowed }).regex(PERCENT, { error: allowed })], {
      error: allowed,
    })
    .transform(asRatio)
    .pipe(z.number().min(0, { error: allowed }).max(1, { error: allowed }))
}

/** Percent of traffic: 5 or `5%`. Comes out as 1..100. */
export function percent() {
  const allowed = 'a whole percentage of the traffic from 1 to 100, such as 25 or 25%'
  return z
    .union([z.number({ error: allowed }), z.string({ error: allowed }).regex(PERCENT, { error: allowed })], {
      error: allowed,
    })
    .transform((value) => (typeof value === 'number' ? value : Number.parseFloat(value)))
    .pipe(z.int({ error: allowed }).min(1, { error: allowed }).max(100, { error: allowed }))
}

export function wholeNumber(least: number, most: number, allowed = `a whole number from ${least} to ${most}`) {
  return z.int({ error: allowed }).min(least, { error: allowed }).max(most, { error: allowed })
}

export function flag() {
  return z.boolean({ error: 'true or false' })
}

export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: `one of ${words.join(', ')}` })
}

export function text(allowed: string, most = 4000) {
  return z.string({ error: allowed }).trim().min(1, { error: allowed }).max(most, { error: allowed })
}

/** A name as Kubernetes gives it to Deployments and Services. */
export function kubernetesName(what: string) {
  const allowed = `${what}: small letters, digits and hyphens, at most 63 characters, such as api`
  return z.string({ error: allowed }).regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, { error: allowed })
}

/** A host of an Istio route: a Service's name or its full name inside the cluster. */
export function host(what: string) {
  const allowed = `${what}: a host, such as search or search.production.svc.cluster.local`
  return z
    .string({ error: allowed })
    .max(253, { error: allowed })
    .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, { error: allowed })
}

/** An image repository without tag or digest; a port in the registry's name is fine. */
export function imageRepository() {
  const allowed = 'an image repository without tag or digest, such as registry.example.com/shop/api'
  return z
    .string({ error: allowed })
    .max(255, { error: allowed })
    .regex(/^[a-z0-9]+([.-][a-z0-9]+)*(:\d{1,5}(?=\/))?(\/[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*)*$/, { error: allowed })
}

export function slackUser() {
  const allowed = 'a Slack user id, such as U012ABCDEF (in the profile under "Copy member ID")'
  return z.string({ error: allowed }).regex(/^[UW][A-Z0-9]{2,20}$/, { error: allowed })
}

export function slackChannel() {
  const allowed = 'a Slack channel id, such as C012ABCDEF (at the foot of the channel\'s "About" tab)'
  return z.string({ error: allowed }).regex(/^[CG][A-Z0-9]{2,20}$/, { error: allowed })
}

export function slackTeam() {
  const allowed = 'a Slack workspace id, such as T012ABCDEF'
  return z.string({ error: allowed }).regex(/^[TE][A-Z0-9]{2,20}$/, { error: allowed })
}

/** An http or https address; `$version` in it is replaced later. */
export function webAddress() {
  const allowed = 'a web address, such as https://api.example.com/health ($version is replaced)'
  return z.string({ error: allowed }).refine(isWebAddress, { error: allowed })
}

export function isWebAddress(value: string): boolean {
  if (!/^https?:\/\//.test(value)) return false
  return URL.canParse(value.replaceAll('$version', 'version'))
}

/** A group of settings. A group with nothing in it (all its lines are comments) counts as left out. */
export function group<Shape extends z.ZodRawShape>(shape: Shape, allowed = 'a group of settings') {
  return z
    .strictObject(shape, { error: allowed })
    .nullable()
    .transform((value) => value ?? undefined)
    .optional()
}
