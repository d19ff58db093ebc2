import { objects, plain } from './block-fields.ts'
import type { ControlProps } from './controls.tsx'
import { usePage } from './use-workspace.ts'
import type { Json } from './wire.ts'

export function SelectMenu({ id, element, entry, hasError, describedBy, choose }: ControlProps) {
  const type = String(element.type)
  const many = type.startsWith('multi_')
  const groups = objects(element.option_groups)
  const options = [...objects(element.options), ...groups.flatMap((group) => objects(group.options))]
  const change = (values: readonly string[]) => {
    const chosen = options.filter((option) => values.includes(String(option.value)))
    const selection = many ? { selected_options: chosen } : { selected_option: chosen[0] ?? null }
    void choose({ selection }, { type, ...selection })
  }
  const draw = (option: Json) => (
    <option key={String(option.value)} value={String(option.value)}>
      {plain(option.text)}
    </option>
  )
  return (
    <select
      id={id}
      className="select"
      multiple={many}
      value={many ? objects(entry?.selected_options).map((o) => String(o.value)) : chosenValue(entry)}
      aria-label={plain(element.placeholder) || undefined}
      aria-invalid={hasError}
      aria-describedby={hasError ? describedBy : undefined}
      onChange={(event) => change([...event.target.selectedOptions].map((option) => option.value))}
    >
      {!many && <option value="">{plain(element.placeholder) || 'Choose ...'}</option>}
      {objects(element.options).map(draw)}
      {groups.map((group) => (
        <optgroup key={plain(group.label)} label={plain(group.label)}>
          {objects(group.options).map(draw)}
        </optgroup>
      ))}
    </select>
  )
}

function chosenValue(entry: Json | undefined): string {
  const [option] = objects([entry?.selected_option])
  return option ? String(option.value) : ''
}

/** Selects whose options are the workspace's own people or channels. */
export function PeopleOrChannels({ id, element, entry, hasError, describedBy, choose }: ControlProps) {
  const { people, channels } = usePage()
  const type = String(element.type)
  const many = type.startsWith('multi_')
  const noun = type.includes('users') ? 'user' : type.includes('channels') ? 'channel' : 'conversation'
  const field = many ? `selected_${noun}s` : `selected_${noun}`
  const present = entry?.[field]
  const options =
    noun === 'user'
      ? people.filter((person) => !person.deleted).map((person) => ({ id: person.id, name: person.realName }))
      : channels.map((channel) => ({ id: channel.id, name: `# ${channel.name}` }))
  const change = (values: readonly string[]) => {
    const selection = { [field]: many ? values : (values[0] ?? null) }
    void choose({ selection }, { type, ...selection })
  }
  return (
    <select
      id={id}
      className="select"
      multiple={many}
      value={many ? (Array.isArray(present) ? present.map(String) : []) : String(present ?? '')}
      aria-label={plain(element.placeholder) || undefined}
      aria-invalid={hasError}
      aria-describedby={hasError ? describedBy : undefined}
      onChange={(event) => change([...event.target.selectedOptions].map((option) => option.value).filter(Boolean))}
    >
      {!many && <option value="">{plain(element.placeholder) || 'Choose ...'}</option>}
      {options.map((option) => (
        <option key={option.id} value={option.id}>
          {option.name}
        </option>
      ))}
    </select>
  )
}

/** Checkboxes and radio buttons. */
export function Choices({ id, element, entry, choose }: ControlProps) {
  const type = String(element.type)
  const many = type === 'checkboxes'
  const options = objects(element.options)
  const chosen = many ? objects(entry?.selected_options) : objects([entry?.selected_option])
  const values = chosen.map((option) => option.value)
  const change = (option: Json, on: boolean) => {
    const next = options.filter((o) => (o.value === option.value ? on : values.includes(o.value)))
    const selection = many ? { selected_options: next } : { selected_option: option }
    void choose({ selection }, { type, ...selection })
  }
  return (
    <fieldset className="choices" id={id}>
      {options.map((option) => (
        <label key={String(option.value)}>
          <input
            type={many ? 'checkbox' : 'radio'}
            name={`${id}-${String(element.action_id)}`}
            checked={values.includes(option.value)}
            onChange={(event) => change(option, event.target.checked)}
          />
          <span>
            {plain(option.text)}
            {option.description !== undefined && <small>{plain(option.description)}</small>}
          </span>
        </label>
      ))}
    </fieldset>
  )
}

const INPUT_TYPES: Readonly<Record<string, { readonly html: string; readonly field: string }>> = {
  datepicker: { html: 'date', field: 'selected_date' },
  timepicker: { html: 'time', field: 'selected_time' },
  datetimepicker: { html: 'datetime-local', field: 'selected_date_time' },
  number_input: { html: 'number', field: 'value' },
  email_text_input: { html: 'email', field: 'value' },
  url_text_input: { html: 'url', field: 'value' },
}

/** Everything one types: text, numbers, dates and times. */
export function TextField({ id, element, entry, hasError, describedBy, choose }: ControlProps) {
  const type = String(element.type)
  const { html, field } = INPUT_TYPES[type] ?? { html: 'text', field: 'value' }
  const isMoment = type === 'datetimepicker'
  const present = entry?.[field]
  const shared = {
    id,
    className: 'field',
    value: isMoment && typeof present === 'number' ? localMoment(present) : String(present ?? ''),
    placeholder: plain(element.placeholder) || undefined,
    maxLength: typeof element.max_length === 'number' ? element.max_length : undefined,
    'aria-invalid': hasError,
    'aria-describedby': hasError ? describedBy : undefined,
  }
  const change = (text: string) => {
    const value = text === '' ? null : isMoment ? Math.floor(new Date(text).getTime() / 1000) : text
    void choose({ selection: { [field]: value } }, { type, [field]: value })
  }
  if (element.multiline === true)
    return <textarea {...shared} rows={4} onChange={(event) => change(event.target.value)} />
  return <input {...shared} type={html} onChange={(event) => change(event.target.value)} />
}

/** Seconds since the Unix epoch as the browser's own field wants them: local time without a zone. */
function localMoment(seconds: number): string {
  const date = new Date(seconds * 1000)
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}
