import type { ReactElement } from 'react'

import { t } from '../texts/texts.ts'
import css from './toast-list.module.css'
import { dismissToast, useToasts } from './toasts.ts'

/** The short messages about completed actions, each with a button that undoes the action if that is possible. */
export function ToastList(): ReactElement {
  const entries = useToasts()

  return (
    <div className={css.list} role="status">
      {entries.map(({ id, text, undo }) => (
        <div key={id} className={css.toast}>
          <span>{text}</span>
          {undo && (
            <button
              type="button"
              onClick={() => {
                undo()
                dismissToast(id)
              }}
            >
              {t('undo')}
            </button>
          )}
        </div>
      ))}
    </div>
  )
}
