import type { ReactElement } from 'react'

import { t } from '../texts/texts.ts'
import { useModal } from '../ui/use-modal.ts'
import css from './palette.module.css'
import { usePalette } from './use-palette.ts'

/** The command palette: a search for runs and sweeps of all projects, for pages and for commands. */
export function Palette({ onClose }: { readonly onClose: () => void }): ReactElement {
  const dialog = useModal()
  const { text, entries, chosen, setText, choose, act, handleKey } = usePalette(onClose)

  return (
    <dialog
      ref={dialog}
      className={css.palette}
      aria-label={t('find')}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <input
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={entries[chosen] && `palette-${chosen}`}
        aria-label={t('find')}
        placeholder={t('find_hint')}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => !event.nativeEvent.isComposing && handleKey(event.key) && event.preventDefault()}
      />
      <ul id="palette-list" role="listbox" aria-label={t('find')}>
        {entries.map((entry, i) => (
          <li
            key={entry.key}
            id={`palette-${i}`}
            role="option"
            aria-selected={i === chosen}
            onPointerMove={() => choose(i)}
            onClick={() => act(entry)}
          >
            {entry.icon}
            <span className="clip grow">{entry.text}</span>
            <span className="dim small">{entry.group}</span>
          </li>
        ))}
        {entries.length === 0 && <li role="presentation">{t('nothing_found')}</li>}
      </ul>
    </dialog>
  )
}
