import { useEffect, useRef } from 'react'
import { plain } from './block-fields.ts'
import { Words } from './mrkdwn.tsx'
import type { Json } from './wire.ts'

interface ConfirmDialogProps {
  /** Slack's confirm object: title, text, confirm, deny, style. */
  readonly confirm: Json
  readonly yes: () => void
  readonly no: () => void
}

/** Asks once more before a button acts. Escape means no. */
export function ConfirmDialog({ confirm, yes, no }: ConfirmDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const style = confirm.style === 'danger' ? 'danger' : 'primary'
  return (
    <dialog ref={dialog} className="dialog confirm" aria-labelledby="confirm-title" onClose={no}>
      <h2 id="confirm-title">{plain(confirm.title)}</h2>
      <div className="dialog-body">
        <Words text={plain(confirm.text)} />
      </div>
      <footer>
        <button type="button" className="button" onClick={no}>
          {plain(confirm.deny) || 'Cancel'}
        </button>
        <button type="button" className={`button ${style}`} onClick={yes}>
          {plain(confirm.confirm) || 'Confirm'}
        </button>
      </footer>
    </dialog>
  )
}
