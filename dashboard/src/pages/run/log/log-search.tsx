import { useState } from 'react'
import type { ReactElement } from 'react'

import { useLogSearch } from '../../../api/logs.ts'
import { changeQuery } from '../../../state/location.ts'
import { t } from '../../../texts/texts.ts'
import { IconButton } from '../../../ui/icon-button.tsx'
import { lineAddress } from './line-address.ts'
import css from './log-search.module.css'
import type { AttemptOfRun } from './use-log.ts'

/**
 * A form that searches the whole log for a regular expression, and the lines that it finds. A click on a found line
 * jumps to it in the log.
 */
export function LogSearch({
  of: { run, attempt },
  onClose,
}: {
  readonly of: AttemptOfRun
  readonly onClose: () => void
}): ReactElement {
  const [text, setText] = useState('')
  const [pattern, setPattern] = useState('')
  const found = useLogSearch(run, { attempt, pattern })

  return (
    <div className={css.panel}>
      <form
        className="name"
        onSubmit={(event) => {
          event.preventDefault()
          setPattern(text)
        }}
      >
        <input
          className="field mono grow"
          autoFocus
          aria-label={t('search_pattern')}
          placeholder={t('search_pattern')}
          aria-invalid={found.isError}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <span className="dim small" role="status">
          {found.data &&
            (found.data.isCut
              ? t('search_cut', { n: found.data.lines.length })
              : t('search_found', { n: found.data.lines.length }))}
        </span>
        <IconButton name="cross" label={t('close')} onClick={onClose} />
      </form>
      {found.error && (
        <p className="bad small" role="alert">
          {found.error.message}
        </p>
      )}
      {found.data && (
        <ul className={`mono ${css.found}`}>
          {found.data.lines.map(({ offset, text: line }) => (
            <li key={offset}>
              <button type="button" onClick={() => changeQuery(lineAddress(offset, attempt))}>
                {line}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
