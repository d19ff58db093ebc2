import { isObject, type JsonObject, stringField } from './json-object.ts'
import { viewRefusal } from './slack-limits.ts'
import { type MethodResult, refuse, type Slack, type WebMethod } from './web-method.ts'

export const VIEW_METHODS: Readonly<Record<string, WebMethod>> = {
  'views.open': { scopes: [], run: (slack, args) => show(slack, args, false) },
  'views.push': { scopes: [], run: (slack, args) => show(slack, args, true) },
  'views.update': { scopes: [], run: update },
  'views.publish': { scopes: [], run: publish },
}

function show(slack: Slack, args: JsonObject, push: boolean): MethodResult {
  const refusal = viewRefusal(args.view, 'modal')
  if (refusal) return refuse(refusal.error, refusal.messages)
  if (duplicate(slack, args)) return refuse('duplicate_external_id')
  const trigger = slack.triggers.exchange(stringField(args, 'trigger_id'))
  if ('error' in trigger) return refuse(trigger.error)
  const view = isObject(args.view) ? args.view : {}
  if (push && trigger.rootView === undefined) return refuse('invalid_trigger_id')
  const open = push ? slack.views.push(trigger.user, view) : slack.views.open(trigger.user, view)
  return open ? { ok: true, view: slack.views.describe(open) } : refuse('push_limit_reached')
}

function duplicate(slack: Slack, args: JsonObject): boolean {
  const id = isObject(args.view) ? stringField(args.view, 'external_id') : undefined
  return id !== undefined && id !== '' && slack.views.byExternalId(id) !== undefined
}

function update(slack: Slack, args: JsonObject): MethodResult {
  const id = stringField(args, 'view_id')
  const external = stringField(args, 'external_id')
  const open = id === undefined ? slack.views.byExternalId(external ?? '') : slack.views.find(id)
  if (!open) return refuse('not_found')
  const refusal = viewRefusal(args.view, open.view.type === 'home' ? 'home' : 'modal')
  if (refusal) return refuse(refusal.error, refusal.messages)
  const hash = stringField(args, 'hash')
  if (hash !== undefined && hash !== open.hash) return refuse('hash_conflict')
  const updated = slack.views.update(open, isObject(args.view) ? args.view : {})
  return { ok: true, view: slack.views.describe(updated) }
}

function publish(slack: Slack, args: JsonObject): MethodResult {
  const user = stringField(args, 'user_id') ?? ''
  if (!slack.people.has(user)) return refuse('user_not_found')
  const refusal = viewRefusal(args.view, 'home')
  if (refusal) return refuse(refusal.error, refusal.messages)
  const hash = stringField(args, 'hash')
  const present = slack.views.home(user)
  if (hash !== undefined && hash !== '' && present && hash !== present.hash) return refuse('hash_conflict')
  const home = slack.views.publishHome(user, isObject(args.view) ? args.view : {})
  return { ok: true, view: slack.views.describe(home) }
}
