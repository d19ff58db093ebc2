import { useState } from 'react'
import { objects, plain } from './block-fields.ts'
import { type Choice, Control, initialEntry } from './controls.tsx'
import { LibraryBlocks } from './library-blocks.tsx'
import { ContextBlock, HeaderBlock, ImageBlock, SectionBlock } from './text-blocks.tsx'
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

/** Draws blocks. What one presses, fills in or reads in Slack's markup is drawn here; the rest comes from the library. */
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
      {blocks.map((block, index) => (
        <OneBlock key={keyOf(blocks, index)} block={block} fields={fields} />
      ))}
    </div>
  )
}

/**
 * The same for the same block before and after an edit, which gives every block a new id: a dialog that is open, and the
 * focus, must outlast it. Which of its kind it is says most.
 */
function keyOf(blocks: readonly Json[], index: number): string {
  const type = String(blocks[index]?.type)
  const nth = blocks.slice(0, index).filter((block) => block.type === type).length
  return `${type}-${nth}`
}

interface Fields {
  readonly values: Values
  readonly setValue: (blockId: string, actionId: string, entry: Json) => void
  readonly errors: Readonly<Record<string, string>>
  readonly onAction: (choice: Choice, entry?: Json) => Promise<Outcome>
}

function OneBlock({ block, fields }: { readonly block: Json; readonly fields: Fields }) {
  switch (block.type) {
    case 'actions':
      return <ActionsBlock block={block} fields={fields} />
    case 'input':
      return <InputBlock block={block} fields={fields} />
    case 'section':
      return <SectionWithControl block={block} fields={fields} />
    case 'header':
      return <HeaderBlock block={block} />
    case 'context':
      return <ContextBlock block={block} />
    case 'divider':
      return <hr />
    case 'image':
      return <ImageBlock block={block} />
    default:
      return <LibraryBlocks blocks={[block]} />
  }
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
  const [element] = objects([block.accessory])
  if (!element || element.type === 'image') return <SectionBlock block={block} />
  return <SectionBlock block={block} control={<BoundControl block={block} element={element} fields={fields} acts />} />
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
