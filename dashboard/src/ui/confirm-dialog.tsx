import type { ReactElement } from 'react'

import { t } from '../texts/texts.ts'
import { useModal } from './use-modal.ts'

/**
 * A dialog that requires confirmation of an action that loses something or starts many
 * runs. `verb` is the text of the button that confirms.
 */
export function ConfirmDialog({
  title,
  text,
  verb,
  isHarmless = false,
  onConfirm,
  onClose,
}: {
  readonly title: string
  readonly text: string
  readonly verb: string
  /** Whether the action loses nothing. The button that confirms is then not shown as dangerous. */
  readonly isHarmless?: boolean
  readonly onConfirm: () => void
  readonly onClose: () => void
}): ReactElement {
  const dialog = useModal()

  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="confirm-title">
      <h2 id="confirm-title">{title}</h2>
      <p>{text}</p>
      <div className="buttons">
        <button type="button" className="btn" onClick={onClose}>
          {t('cancel')}
        </button>
        <button
          type="button"
          className={isHarmless ? 'btn solid' : 'btn danger'}
          onClick={() => {
            onConfirm()
            onClose()
          }}
        >
          {verb}
        </button>
      </div>
    </dialog>
  )
}
