/** The payloads that Slack sends when a person types a command, presses a button, or submits a modal. */
import type { Channel, SlackMessage } from './channel-store.ts'
import { isObject, type JsonObject, objectField, objectsField, stringField } from './json-object.ts'
import { messageObject } from './message-object.ts'
import type { Slack } from './web-method.ts'

export interface Actor {
  readonly id: string
  readonly triggerId: string
}

export function commandPayload(
  slack: Slack,
  actor: Actor,
  channel: Channel,
  command: string,
  text: string,
  responseUrl: string,
): JsonObject {
  return {
    token: 'verification-token-is-deprecated',
    team_id: slack.app.teamId,
    team_domain: slack.app.teamDomain,
    channel_id: channel.id,
    channel_name: channel.name,
    user_id: actor.id,
    user_name: slack.people.get(actor.id)?.name ?? actor.id,
    command,
    text: escapeText(text),
    api_app_id: slack.app.appId,
    is_enterprise_install: 'false',
    response_url: responseUrl,
    trigger_id: actor.triggerId,
  }
}

/** Slack escapes these three in what people type, and nothing else. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

export interface MessageAction {
  readonly channel: Channel
  readonly message: SlackMessage
  readonly action: JsonObject
  /** `state.values` of the inputs in the message. */
  readonly values: JsonObject
  readonly responseUrl: string
}

export function messageActionPayload(slack: Slack, actor: Actor, acted: MessageAction): JsonObject {
  const { message, channel } = acted
  const ephemeral = message.onlyFor !== undefined
  return {
    ...common(slack, actor, 'block_actions'),
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: ephemeral,
      ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    },
    channel: { id: channel.id, name: channel.name },
    ...(ephemeral ? {} : { message: messageObject(message, slack.store, slack.app, { metadata: true }) }),
    state: { values: acted.values },
    response_url: acted.responseUrl,
    actions: [acted.action],
  }
}

export function viewActionPayload(slack: Slack, actor: Actor, view: JsonObject, action: JsonObject): JsonObject {
  return {
    ...common(slack, actor, 'block_actions'),
    container: { type: 'view', view_id: view.id },
    view,
    actions: [action],
  }
}

export function viewSubmissionPayload(slack: Slack, actor: Actor, view: JsonObject): JsonObject {
  return { ...common(slack, actor, 'view_submission'), view, response_urls: [] }
}

export function viewClosedPayload(slack: Slack, actor: Actor, view: JsonObject, cleared: boolean): JsonObject {
  const { trigger_id: _, ...rest } = common(slack, actor, 'view_closed')
  return { ...rest, view, is_cleared: cleared }
}

export function eventPayload(slack: Slack, event: JsonObject, id: string): JsonObject {
  return {
    token: 'verification-token-is-deprecated',
    team_id: slack.app.teamId,
    api_app_id: slack.app.appId,
    type: 'event_callback',
    event_id: id,
    event_time: Math.floor(slack.clock.now() / 1000),
    authorizations: [{ team_id: slack.app.teamId, user_id: slack.app.botUserId, is_bot: true }],
    event,
  }
}

function common(slack: Slack, actor: Actor, type: string): JsonObject {
  const person = slack.people.get(actor.id)
  const name = person?.name ?? actor.id
  return {
    type,
    user: { id: actor.id, username: name, name, team_id: person?.teamId ?? slack.app.teamId },
    api_app_id: slack.app.appId,
    token: 'verification-token-is-deprecated',
    team: { id: slack.app.teamId, domain: slack.app.teamDomain },
    enterprise: null,
    is_enterprise_install: false,
    trigger_id: actor.triggerId,
  }
}

/** What a person chose: the id of the element, and the value or the selection. */
export interface Choice {
  readonly actionId: string
  readonly blockId?: string
  readonly value?: string
  /** For selects, checkboxes and pickers: the fields Slack adds, such as `selected_option`. */
  readonly selection?: JsonObject
}

/**
 * The entry of `actions` for this choice. An element that is no longer there (a click on an old card that was edited
 * meanwhile) becomes a button with the ids and the value given.
 */
export function actionObject(blocks: readonly JsonObject[], choice: Choice, nowMs: number): JsonObject {
  const found = findElement(blocks, choice)
  const element = found?.element ?? {}
  const value = choice.value ?? stringField(element, 'value')
  return {
    type: element.type ?? 'button',
    action_id: choice.actionId,
    block_id: found?.blockId ?? choice.blockId ?? '',
    ...(isObject(element.text) ? { text: element.text } : {}),
    ...(element.style === undefined ? {} : { style: element.style }),
    ...(element.confirm === undefined ? {} : { confirm: element.confirm }),
    ...(value === undefined ? {} : { value }),
    ...choice.selection,
    action_ts: (nowMs / 1000).toFixed(6),
  }
}

function findElement(
  blocks: readonly JsonObject[],
  choice: Choice,
): { readonly element: JsonObject; readonly blockId: string } | undefined {
  for (const block of blocks) {
    const blockId = stringField(block, 'block_id') ?? ''
    if (choice.blockId !== undefined && choice.blockId !== blockId) continue
    const single = objectField(block, 'accessory') ?? objectField(block, 'element')
    const elements = [...objectsField(block, 'elements'), ...(single ? [single] : [])]
    const element = elements.find((entry) => entry.action_id === choice.actionId)
    if (element) return { element, blockId }
  }
  return undefined
}
