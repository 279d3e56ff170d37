import type { ReactElement } from 'react'

import { t } from '../texts/texts.ts'
import { DefinitionList } from '../ui/definition-list.tsx'
import { useModal } from '../ui/use-modal.ts'
import css from './shortcut-list.module.css'

/** The list of shortcuts. */
export function ShortcutList({ onClose }: { readonly onClose: () => void }): ReactElement {
  const dialog = useModal()

  const shortcuts = [
    ['Ctrl K', t('key_palette')],
    ['/', t('key_filter')],
    ['j k', t('key_move')],
    ['x', t('key_select')],
    ['c', t('key_compare')],
    ['Enter', t('key_open')],
    ['Esc', t('key_close')],
    ['?', t('key_help')],
  ] as const

  return (
    <dialog
      ref={dialog}
      onClose={onClose}
      aria-labelledby="help-title"
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <h2 id="help-title">{t('shortcuts')}</h2>
      <div className={css.list}>
        <DefinitionList pairs={shortcuts.map(([key, text]) => [<kbd key={key}>{key}</kbd>, <>{text}</>])} />
      </div>
      <div className="buttons">
        <button type="button" className="btn" autoFocus onClick={onClose}>
          {t('close')}
        </button>
      </div>
    </dialog>
  )
}
