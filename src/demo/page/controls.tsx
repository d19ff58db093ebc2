import { useRef, useState } from 'react'
import { objects, plain } from './block-fields.ts'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { Choices, PeopleOrChannels, SelectMenu, TextField } from './input-controls.tsx'
import type { Json, Outcome } from './wire.ts'

export interface Choice {
  readonly actionId?: string
  readonly blockId?: string
  readonly value?: string
  readonly selection?: Json
}

export interface ControlProps {
  readonly id: string
  readonly element: Json
  /** What is chosen now, as `state.values` holds it. */
  readonly entry: Json | undefined
  readonly hasError: boolean
  readonly describedBy: string
  readonly choose: (choice: Choice, entry?: Json) => Promise<Outcome>
}

/** One interactive element. */
export function Control(props: ControlProps) {
  const type = String(props.element.type)
  if (type === 'button' || type === 'workflow_button') return <PressButton {...props} />
  if (type === 'overflow') return <OverflowMenu {...props} />
  if (type === 'static_select' || type === 'multi_static_select' || type === 'external_select')
    return <SelectMenu {...props} />
  if (type.endsWith('users_select') || type.endsWith('channels_select') || type.endsWith('conversations_select'))
    return <PeopleOrChannels {...props} />
  if (type === 'checkboxes' || type === 'radio_buttons') return <Choices {...props} />
  return <TextField {...props} />
}

function PressButton({ element, choose }: ControlProps) {
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle')
  const [asking, setAsking] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const confirm = element.confirm
  const style = element.style === 'primary' ? 'primary' : element.style === 'danger' ? 'danger' : ''
  const url = typeof element.url === 'string' ? element.url : undefined
  const press = async () => {
    setAsking(false)
    setState('busy')
    if (url !== undefined) window.open(url, '_blank', 'noreferrer')
    const value = typeof element.value === 'string' ? { value: element.value } : {}
    const outcome = await choose(value)
    setState(outcome.ok ? 'idle' : 'failed')
    button.current?.focus()
  }
  const [dialog] = objects([confirm])
  return (
    <span className="press">
      <button
        type="button"
        ref={button}
        className={`button ${style}`}
        aria-label={typeof element.accessibility_label === 'string' ? element.accessibility_label : undefined}
        aria-busy={state === 'busy'}
        disabled={state === 'busy'}
        onClick={() => (dialog ? setAsking(true) : void press())}
      >
        {plain(element.text)}
      </button>
      {state === 'failed' && (
        <span className="press-failed" role="alert">
          ⚠ Oh no, something went wrong. Please try that again.
        </span>
      )}
      {asking && dialog && <ConfirmDialog confirm={dialog} yes={() => void press()} no={() => setAsking(false)} />}
    </span>
  )
}

function OverflowMenu({ element, choose }: ControlProps) {
  const menu = useRef<HTMLDetailsElement>(null)
  const pick = (option: Json) => {
    if (menu.current) menu.current.open = false
    void choose({ selection: { selected_option: option } })
  }
  return (
    <details className="overflow" ref={menu}>
      <summary aria-label="More actions">⋯</summary>
      <div className="overflow-menu">
        {objects(element.options).map((option) => (
          <button type="button" key={String(option.value)} onClick={() => pick(option)}>
            {plain(option.text)}
          </button>
        ))}
      </div>
    </details>
  )
}

/** What an element holds before anybody touched it; undefined for elements that hold nothing. */
export function initialEntry(element: Json): Json | undefined {
  const type = String(element.type)
  const from = (name: string, initial: string) => ({ type, [name]: element[initial] ?? null })
  if (type === 'static_select' || type === 'radio_buttons' || type === 'external_select')
    return from('selected_option', 'initial_option')
  if (type === 'checkboxes' || type === 'multi_static_select')
    return { type, selected_options: element.initial_options ?? [] }
  if (type === 'users_select') return from('selected_user', 'initial_user')
  if (type === 'multi_users_select') return { type, selected_users: element.initial_users ?? [] }
  if (type === 'channels_select') return from('selected_channel', 'initial_channel')
  if (type === 'conversations_select') return from('selected_conversation', 'initial_conversation')
  if (type === 'datepicker') return from('selected_date', 'initial_date')
  if (type === 'timepicker') return from('selected_time', 'initial_time')
  if (type === 'datetimepicker') return from('selected_date_time', 'initial_date_time')
  if (type.endsWith('_input')) return from('value', 'initial_value')
  return undefined
}
