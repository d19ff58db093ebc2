import { type FormEvent, useEffect, useRef, useState } from 'react'
import { BlockKit, initialValues, type Values } from './block-kit.tsx'
import { usePage } from './use-workspace.ts'
import { act, type Json, type ViewBody } from './wire.ts'

/** A modal of the app: inputs keep what is typed while the app updates the view around them. */
export function ModalView({ view }: { readonly view: ViewBody }) {
  const { me } = usePage()
  const dialog = useRef<HTMLDialogElement>(null)
  const [typed, setTyped] = useState<Values>({})
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const [trouble, setTrouble] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  useEffect(() => dialog.current?.showModal(), [])
  const values = merged(initialValues(view.blocks), typed)
  const setValue = (blockId: string, actionId: string, entry: Json) =>
    setTyped((before) => ({ ...before, [blockId]: { ...before[blockId], [actionId]: entry } }))
  const close = () => void act('view/close', { userId: me.id, viewId: view.id })
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    const outcome = await act('view/submit', { userId: me.id, viewId: view.id, values })
    setBusy(false)
    setErrors(outcome.errors ?? {})
    setTrouble(outcome.error)
  }
  return (
    <dialog
      ref={dialog}
      className="dialog modal"
      aria-labelledby="modal-title"
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
    >
      <form noValidate onSubmit={(event) => void submit(event)}>
        <header>
          <h2 id="modal-title">{view.title?.text ?? ''}</h2>
          <button type="button" className="icon-button" aria-label="Close" onClick={close}>
            ✕
          </button>
        </header>
        <div className="dialog-body">
          <BlockKit
            blocks={view.blocks}
            form={{ values, setValue, errors }}
            onAction={(choice, now) => act('view/click', { ...choice, values: now, userId: me.id, viewId: view.id })}
          />
        </div>
        {trouble !== undefined && (
          <p className="dialog-trouble" role="alert">
            ⚠ {trouble}
          </p>
        )}
        <footer>
          <button type="button" className="button" onClick={close}>
            {view.close?.text ?? 'Cancel'}
          </button>
          {view.submit && (
            <button type="submit" className="button primary" disabled={isBusy} aria-busy={isBusy}>
              {view.submit.text}
            </button>
          )}
        </footer>
      </form>
    </dialog>
  )
}

function merged(initial: Values, typed: Values): Values {
  const blocks = new Set([...Object.keys(initial), ...Object.keys(typed)])
  return Object.fromEntries([...blocks].map((block) => [block, { ...initial[block], ...typed[block] }]))
}
