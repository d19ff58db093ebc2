import { useState } from 'react'
import { type Block, Message, type MessageProps } from 'slack-blocks-to-jsx'
import { objects, plain } from './block-fields.ts'
import { type Choice, Control, initialEntry } from './controls.tsx'
import { usePage } from './use-workspace.ts'
import type { Json, Outcome } from './wire.ts'

/** `state.values` of Slack: block id, then action id, then what is chosen. */
export type Values = Readonly<Record<string, Readonly<Record<string, Json>>>>

export type OnAction = (choice: Choice, values: Values) => Promise<Outcome>

interface BlockKitProps {
  readonly blocks: readonly Json[]
  readonly onAction: OnAction
  /** Given by a modal, which keeps what is typed until it is submitted. */
  readonly form?: {
    readonly values: Values
    readonly setValue: (blockId: string, actionId: string, entry: Json) => void
    readonly errors: Readonly<Record<string, string>>
  }
}

/**
 * Draws blocks: what one only reads comes from the library; what one presses or fills in is drawn here, because the
 * library reports no clicks.
 */
export function BlockKit({ blocks, onAction, form }: BlockKitProps) {
  const [own, setOwn] = useState<Values>({})
  const values = form?.values ?? own
  const setOwnValue = (blockId: string, actionId: string, entry: Json) =>
    setOwn((before) => ({ ...before, [blockId]: { ...before[blockId], [actionId]: entry } }))
  const fields = {
    values,
    setValue: form?.setValue ?? setOwnValue,
    errors: form?.errors ?? {},
    onAction: (choice: Choice, entry?: Json) => onAction(choice, entry ? withEntry(values, choice, entry) : values),
  }
  return (
    <div className="blocks">
      {grouped(blocks).map((group) => {
        const first = group[0] ?? {}
        const key = String(first.block_id)
        if (first.type === 'actions') return <ActionsBlock key={key} block={first} fields={fields} />
        if (first.type === 'input') return <InputBlock key={key} block={first} fields={fields} />
        if (hasControl(first)) return <SectionWithControl key={key} block={first} fields={fields} />
        return <Drawn key={key} blocks={group} />
      })}
    </div>
  )
}

interface Fields {
  readonly values: Values
  readonly setValue: (blockId: string, actionId: string, entry: Json) => void
  readonly errors: Readonly<Record<string, string>>
  readonly onAction: (choice: Choice, entry?: Json) => Promise<Outcome>
}

/** Text in Slack's markup, for messages without blocks. */
export function Words({ text, inline = false }: { readonly text: string; readonly inline?: boolean }) {
  if (text === '') return null
  const block = { type: 'section', block_id: 'words', text: { type: 'mrkdwn', text } }
  return (
    <span className={inline ? 'words inline' : 'words'}>
      <Drawn blocks={[block]} />
    </span>
  )
}

function Drawn({ blocks }: { readonly blocks: readonly Json[] }) {
  const { people, channels, app } = usePage()
  const users = people.map((person) => ({ id: person.id, name: person.realName }))
  const data: NonNullable<MessageProps['data']> = {
    users: [...users, { id: app.botUserId, name: app.botName }],
    channels: channels.map((channel) => ({ id: channel.id, name: channel.name })),
  }
  return <Message blocks={blocks.filter(isBlock)} logo="" name="" data={data} withoutWrapper />
}

/** The workspace took these blocks, so they passed Slack's own rules; the library skips kinds it does not know. */
function isBlock(block: Json): block is Json & Block {
  return typeof block.type === 'string'
}

function ActionsBlock({ block, fields }: { readonly block: Json; readonly fields: Fields }) {
  return (
    <div className="actions">
      {objects(block.elements).map((element) => (
        <BoundControl key={String(element.action_id)} block={block} element={element} fields={fields} acts />
      ))}
    </div>
  )
}

function SectionWithControl({ block, fields }: { readonly block: Json; readonly fields: Fields }) {
  const { accessory, ...rest } = block
  const [element] = objects([accessory])
  return (
    <div className="section-with-control">
      <Drawn blocks={[rest]} />
      {element && <BoundControl block={block} element={element} fields={fields} acts />}
    </div>
  )
}

function InputBlock({ block, fields }: { readonly block: Json; readonly fields: Fields }) {
  const [element] = objects([block.element])
  const id = String(block.block_id)
  const error = fields.errors[id]
  const hint = plain(block.hint)
  return (
    <div className="input-block">
      <label htmlFor={`in-${id}`}>
        {plain(block.label)}
        {block.optional === true && <small> (optional)</small>}
      </label>
      {element && (
        <BoundControl block={block} element={element} fields={fields} acts={block.dispatch_action === true} />
      )}
      {hint !== '' && <p className="hint">{hint}</p>}
      {error !== undefined && (
        <p className="field-error" id={`err-${id}`}>
          ⚠ {error}
        </p>
      )}
    </div>
  )
}

interface BoundControlProps {
  readonly block: Json
  readonly element: Json
  readonly fields: Fields
  /** Tells the app at once, as controls outside of inputs do. */
  readonly acts: boolean
}

function BoundControl({ block, element, fields, acts }: BoundControlProps) {
  const blockId = String(block.block_id)
  const actionId = String(element.action_id)
  const choose = async (choice: Choice, entry?: Json) => {
    if (entry) fields.setValue(blockId, actionId, entry)
    if (!acts) return { ok: true }
    return await fields.onAction({ ...choice, blockId, actionId }, entry)
  }
  return (
    <Control
      id={`in-${blockId}`}
      element={element}
      entry={fields.values[blockId]?.[actionId] ?? initialEntry(element)}
      hasError={fields.errors[blockId] !== undefined}
      describedBy={`err-${blockId}`}
      choose={choose}
    />
  )
}

function withEntry(values: Values, choice: Choice, entry: Json): Values {
  const { blockId = '', actionId = '' } = choice
  return { ...values, [blockId]: { ...values[blockId], [actionId]: entry } }
}

/** Runs of blocks that are only read stay together, so that the library can space them. */
function grouped(blocks: readonly Json[]): readonly (readonly Json[])[] {
  const groups: Json[][] = []
  let isOpen = false
  for (const block of blocks) {
    const isDrawn = block.type !== 'actions' && block.type !== 'input' && !hasControl(block)
    const last = groups.at(-1)
    if (isDrawn && isOpen && last) last.push(block)
    else groups.push([block])
    isOpen = isDrawn
  }
  return groups
}

function hasControl(block: Json): boolean {
  const [accessory] = objects([block.accessory])
  return block.type === 'section' && accessory !== undefined && accessory.type !== 'image'
}

/** What a modal starts with: every input's initial value. */
export function initialValues(blocks: readonly Json[]): Values {
  const values: Record<string, Record<string, Json>> = {}
  for (const block of blocks) {
    for (const element of objects([block.element, block.accessory, ...objects(block.elements)])) {
      const entry = initialEntry(element)
      if (entry) values[String(block.block_id)] = { [String(element.action_id)]: entry }
    }
  }
  return values
}
