/** Block Kit's rules for blocks: which kinds a surface takes, how many parts they have, how long their texts may be. */
import { type ElementPlace, elementFaults, stringFaults, textFaults } from './element-limits.ts'
import { isObject, type JsonObject } from './json-object.ts'

export type Surface = 'message' | 'modal' | 'home'

const BLOCK_LIMIT: Readonly<Record<Surface, number>> = { message: 50, modal: 100, home: 100 }

/** What each kind of block may carry beside `type` and `block_id`; a kind without rules of its own is only looked up here. */
const BLOCKS: Readonly<Record<string, { readonly on: readonly Surface[]; readonly keys?: readonly string[] }>> = {
  section: { on: ['message', 'modal', 'home'], keys: ['text', 'fields', 'accessory', 'expand'] },
  divider: { on: ['message', 'modal', 'home'], keys: [] },
  header: { on: ['message', 'modal', 'home'], keys: ['text', 'level'] },
  context: { on: ['message', 'modal', 'home'], keys: ['elements'] },
  actions: { on: ['message', 'modal', 'home'], keys: ['elements'] },
  image: { on: ['message', 'modal', 'home'], keys: ['image_url', 'slack_file', 'alt_text', 'title'] },
  input: {
    on: ['message', 'modal', 'home'],
    keys: ['label', 'element', 'hint', 'optional', 'dispatch_action'],
  },
  rich_text: { on: ['message', 'modal', 'home'], keys: ['elements'] },
  video: { on: ['message', 'modal', 'home'] },
  markdown: { on: ['message'], keys: ['text'] },
  table: { on: ['message'], keys: ['rows', 'column_settings'] },
  file: { on: ['message'] },
  context_actions: { on: ['message'] },
  plan: { on: ['message'] },
  task_card: { on: ['message'] },
  data_table: { on: ['message'] },
  card: { on: ['message'] },
  carousel: { on: ['message'] },
  container: { on: ['message'] },
  alert: { on: ['modal'], keys: ['text', 'level'] },
}

/** All that Slack would say against these blocks, each with its JSON pointer; an empty list when there is nothing. */
export function blockFaults(blocks: readonly unknown[], surface: Surface, base: string): readonly string[] {
  const faults: string[] = []
  const limit = BLOCK_LIMIT[surface]
  if (blocks.length > limit) faults.push(`no more than ${limit} items allowed [json-pointer:${base}]`)
  const seen = new Set<string>()
  for (const [index, block] of blocks.entries()) {
    const at = `${base}/${index}`
    if (!isObject(block)) {
      faults.push(`must be an object [json-pointer:${at}]`)
      continue
    }
    const id = block.block_id
    if (typeof id === 'string' && seen.has(id))
      faults.push(`block_id "${id}" already exists [json-pointer:${at}/block_id]`)
    if (typeof id === 'string') seen.add(id)
    faults.push(...oneBlock(block, surface, at))
  }
  return faults
}

function oneBlock(block: JsonObject, surface: Surface, at: string): readonly string[] {
  const type = typeof block.type === 'string' ? block.type : ''
  const kind = Object.hasOwn(BLOCKS, type) ? BLOCKS[type] : undefined
  if (!kind?.on.includes(surface)) return [`unsupported type: ${type} [json-pointer:${at}/type]`]
  const faults = [...stringFaults(block.block_id, `${at}/block_id`, 255)]
  const keys = kind.keys
  if (keys !== undefined) {
    for (const key of Object.keys(block)) {
      if (key !== 'type' && key !== 'block_id' && !keys.includes(key))
        faults.push(`invalid additional property: ${key} [json-pointer:${at}]`)
    }
  }
  return [...faults, ...(RULES[type]?.(block, at) ?? [])]
}

const RULES: Readonly<Record<string, (block: JsonObject, at: string) => readonly string[]>> = {
  section: sectionFaults,
  header: (block, at) => textFaults(block.text, `${at}/text`, 150, 'plain'),
  context: (block, at) => listFaults(block.elements, `${at}/elements`, 10, contextElement),
  actions: (block, at) => elementsFaults(block, at, 25, 'actions'),
  image: imageFaults,
  input: inputFaults,
  markdown: (block, at) => requiredString(block.text, `${at}/text`, 12_000),
  alert: (block, at) => textFaults(block.text, `${at}/text`, 200),
  table: tableFaults,
  rich_text: (block, at) => listFaults(block.elements, `${at}/elements`, 1_000, () => []),
  carousel: (block, at) => listFaults(block.elements, `${at}/elements`, 10, () => []),
}

function sectionFaults(block: JsonObject, at: string): readonly string[] {
  const faults: string[] = []
  const { text, fields, accessory } = block
  if (text === undefined && fields === undefined) faults.push(`missing required field: text [json-pointer:${at}]`)
  if (text !== undefined) faults.push(...textFaults(text, `${at}/text`, 3_000))
  if (fields !== undefined)
    faults.push(...listFaults(fields, `${at}/fields`, 10, (field, here) => textFaults(field, here, 2_000)))
  if (accessory !== undefined) faults.push(...elementFaults(accessory, `${at}/accessory`, 'section'))
  return faults
}

function imageFaults(block: JsonObject, at: string): readonly string[] {
  const faults = [...requiredString(block.alt_text, `${at}/alt_text`, 2_000)]
  if (block.slack_file === undefined) faults.push(...requiredString(block.image_url, `${at}/image_url`, 3_000))
  if (block.title !== undefined) faults.push(...textFaults(block.title, `${at}/title`, 2_000, 'plain'))
  return faults
}

function inputFaults(block: JsonObject, at: string): readonly string[] {
  const faults = [...textFaults(block.label, `${at}/label`, 2_000, 'plain')]
  if (block.hint !== undefined) faults.push(...textFaults(block.hint, `${at}/hint`, 2_000, 'plain'))
  return [...faults, ...elementFaults(block.element, `${at}/element`, 'input')]
}

function contextElement(element: unknown, at: string): readonly string[] {
  if (isObject(element) && element.type === 'image') return elementFaults(element, at, 'section')
  return textFaults(element, at, 3_000)
}

function elementsFaults(block: JsonObject, at: string, limit: number, place: ElementPlace): readonly string[] {
  const seen = new Set<string>()
  return listFaults(block.elements, `${at}/elements`, limit, (element, here) => {
    const id = isObject(element) ? element.action_id : undefined
    const twice = typeof id === 'string' && seen.has(id)
    if (typeof id === 'string') seen.add(id)
    const faults = elementFaults(element, here, place)
    return twice ? [...faults, `action_id "${id}" already exists [json-pointer:${here}/action_id]`] : faults
  })
}

function tableFaults(block: JsonObject, at: string): readonly string[] {
  return listFaults(block.rows, `${at}/rows`, 100, (row, here) =>
    Array.isArray(row) && row.length > 20 ? [`no more than 20 items allowed [json-pointer:${here}]`] : [],
  )
}

function listFaults(
  list: unknown,
  at: string,
  limit: number,
  each: (entry: unknown, at: string) => readonly string[],
): readonly string[] {
  if (!Array.isArray(list)) return [`missing required field [json-pointer:${at}]`]
  if (list.length === 0) return [`no fewer than 1 items allowed [json-pointer:${at}]`]
  const many = list.length > limit ? [`no more than ${limit} items allowed [json-pointer:${at}]`] : []
  return [...many, ...list.flatMap((entry, index) => each(entry, `${at}/${index}`))]
}

function requiredString(value: unknown, at: string, limit: number): readonly string[] {
  return value === undefined ? [`missing required field [json-pointer:${at}]`] : stringFaults(value, at, limit, 1)
}
