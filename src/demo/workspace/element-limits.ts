/** Block Kit's rules for the parts of blocks: text objects, buttons, selects, inputs, options, confirm dialogs. */
import { isObject, type JsonObject } from './json-object.ts'

export type ElementPlace = 'actions' | 'section' | 'input'

const SELECTS = ['static_select', 'external_select', 'users_select', 'conversations_select', 'channels_select']
const EVERYWHERE = [...SELECTS, 'checkboxes', 'radio_buttons', 'datepicker', 'timepicker']
const MULTI_SELECTS = SELECTS.map((name) => `multi_${name}`)

const ALLOWED: Readonly<Record<ElementPlace, readonly string[]>> = {
  actions: [...EVERYWHERE, 'button', 'overflow', 'datetimepicker', 'workflow_button', 'rich_text_input'],
  section: [...EVERYWHERE, ...MULTI_SELECTS, 'button', 'overflow', 'image', 'workflow_button'],
  input: [
    ...EVERYWHERE,
    ...MULTI_SELECTS,
    ...['datetimepicker', 'plain_text_input', 'number_input', 'email_text_input', 'url_text_input', 'file_input'],
    'rich_text_input',
  ],
}

/** How many options each kind may have; the rest of the kinds have none. */
const OPTION_LIMIT: Readonly<Record<string, number>> = {
  static_select: 100,
  multi_static_select: 100,
  checkboxes: 10,
  radio_buttons: 10,
  overflow: 5,
}

/** What is wrong with a text object: kind, emptiness, length. `plain` accepts plain_text only. */
export function textFaults(
  value: unknown,
  at: string,
  limit: number,
  kind: 'any' | 'plain' = 'any',
): readonly string[] {
  if (value === undefined) return [`missing required field [json-pointer:${at}]`]
  if (!isObject(value)) return [`must be an object [json-pointer:${at}]`]
  const type = value.type
  const known = type === 'plain_text' || (type === 'mrkdwn' && kind === 'any')
  if (!known) return [`unsupported type: ${String(type)} [json-pointer:${at}/type]`]
  if (type === 'mrkdwn' && value.emoji !== undefined) return [`invalid additional property: emoji [json-pointer:${at}]`]
  return stringFaults(value.text, `${at}/text`, limit, 1)
}

/** What is wrong with a string field; an absent one is fine unless `least` is above 0. */
export function stringFaults(value: unknown, at: string, limit: number, least = 0): readonly string[] {
  if (value === undefined && least === 0) return []
  if (typeof value !== 'string') return [`must be a string [json-pointer:${at}]`]
  if (value.length < least) return [`must be more than ${least - 1} characters [json-pointer:${at}]`]
  return value.length > limit ? [`must be less than ${limit + 1} characters [json-pointer:${at}]`] : []
}

/** All that Slack would say against an interactive element (or an image) at this place. */
export function elementFaults(value: unknown, at: string, place: ElementPlace): readonly string[] {
  if (!isObject(value)) return [`missing required field [json-pointer:${at}]`]
  const type = String(value.type)
  if (!ALLOWED[place].includes(type)) return [`unsupported type: ${type} [json-pointer:${at}/type]`]
  const faults: string[] = [...stringFaults(value.action_id, `${at}/action_id`, 255)]
  if (type === 'button') faults.push(...buttonFaults(value, at))
  if (type === 'image') faults.push(...imageFaults(value, at))
  if (value.placeholder !== undefined) faults.push(...textFaults(value.placeholder, `${at}/placeholder`, 150, 'plain'))
  if (value.confirm !== undefined) faults.push(...confirmFaults(value.confirm, `${at}/confirm`))
  if (type === 'plain_text_input') faults.push(...plainInputFaults(value, at))
  const limit = Object.hasOwn(OPTION_LIMIT, type) ? OPTION_LIMIT[type] : undefined
  if (limit !== undefined) faults.push(...choiceFaults(value, at, type, limit))
  return faults
}

function buttonFaults(button: JsonObject, at: string): readonly string[] {
  const faults = [
    ...textFaults(button.text, `${at}/text`, 75, 'plain'),
    ...stringFaults(button.value, `${at}/value`, 2_000),
    ...stringFaults(button.url, `${at}/url`, 3_000),
    ...stringFaults(button.accessibility_label, `${at}/accessibility_label`, 75),
  ]
  const style = button.style
  if (style !== undefined && style !== 'primary' && style !== 'danger')
    faults.push(`must be a valid enum value [json-pointer:${at}/style]`)
  for (const key of Object.keys(button)) {
    if (!BUTTON_KEYS.has(key)) faults.push(`invalid additional property: ${key} [json-pointer:${at}]`)
  }
  return faults
}

const BUTTON_KEYS = new Set([
  ...['type', 'text', 'action_id', 'url', 'value', 'style', 'confirm', 'accessibility_label', 'visible_to_user_ids'],
])

function imageFaults(image: JsonObject, at: string): readonly string[] {
  const source = image.slack_file === undefined ? stringFaults(image.image_url, `${at}/image_url`, 3_000, 1) : []
  return [...stringFaults(image.alt_text, `${at}/alt_text`, 2_000, 1), ...source]
}

function confirmFaults(confirm: unknown, at: string): readonly string[] {
  if (!isObject(confirm)) return [`must be an object [json-pointer:${at}]`]
  return [
    ...textFaults(confirm.title, `${at}/title`, 100, 'plain'),
    ...textFaults(confirm.text, `${at}/text`, 300),
    ...textFaults(confirm.confirm, `${at}/confirm`, 30, 'plain'),
    ...textFaults(confirm.deny, `${at}/deny`, 30, 'plain'),
  ]
}

function plainInputFaults(input: JsonObject, at: string): readonly string[] {
  const { min_length: least, max_length: most } = input
  const faults = [...stringFaults(input.initial_value, `${at}/initial_value`, 3_000)]
  if (typeof least === 'number' && (least < 0 || least > 3_000))
    faults.push(`must be less than 3001 [json-pointer:${at}/min_length]`)
  if (typeof most === 'number' && (most < 1 || most > 3_000))
    faults.push(`must be less than 3001 [json-pointer:${at}/max_length]`)
  return faults
}

function choiceFaults(element: JsonObject, at: string, type: string, limit: number): readonly string[] {
  const kind = type === 'checkboxes' || type === 'radio_buttons' ? 'any' : 'plain'
  const { options, option_groups: groups } = element
  if (Array.isArray(groups) && type.endsWith('select')) {
    const many = groups.length > 100 ? [`no more than 100 items allowed [json-pointer:${at}/option_groups]`] : []
    return [...many, ...groups.flatMap((group, index) => groupFaults(group, `${at}/option_groups/${index}`))]
  }
  return optionsFaults(options, `${at}/options`, limit, kind)
}

function groupFaults(group: unknown, at: string): readonly string[] {
  if (!isObject(group)) return [`must be an object [json-pointer:${at}]`]
  return [
    ...textFaults(group.label, `${at}/label`, 75, 'plain'),
    ...optionsFaults(group.options, `${at}/options`, 100, 'plain'),
  ]
}

function optionsFaults(options: unknown, at: string, limit: number, kind: 'any' | 'plain'): readonly string[] {
  if (!Array.isArray(options) || options.length === 0) return [`no fewer than 1 items allowed [json-pointer:${at}]`]
  const many = options.length > limit ? [`no more than ${limit} items allowed [json-pointer:${at}]`] : []
  const each = options.flatMap((option: unknown, index) => {
    const here = `${at}/${index}`
    if (!isObject(option)) return [`must be an object [json-pointer:${here}]`]
    const description = option.description
    return [
      ...textFaults(option.text, `${here}/text`, 75, kind),
      ...stringFaults(option.value, `${here}/value`, 75, 1),
      ...(description === undefined ? [] : textFaults(description, `${here}/description`, 75, kind)),
    ]
  })
  return [...many, ...each]
}
