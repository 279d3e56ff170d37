import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactElement } from 'react'

import type { LogSearchView } from '../../../../src/contract/routes.ts'
import { call } from '../../api/client.ts'
import { toQuery } from '../../api/to-query.ts'
import { changeQuery } from '../../state/location.ts'
import { t } from '../../texts/texts.ts'
import { IconButton } from '../../ui/controls.tsx'

/** A search of the whole log by a regular expression. A click on a found line jumps to it in the log. */
export function LogSearch({
  run,
  attempt,
  onClose,
}: {
  readonly run: number
  readonly attempt: number | undefined
  readonly onClose: () => void
}): ReactElement {
  const [text, setText] = useState('')
  const [pattern, setPattern] = useState('')
  const found = useQuery({
    queryKey: ['log-search', run, attempt, pattern],
    queryFn: ({ signal }) =>
      call<LogSearchView>(`/runs/${run}/logs/search${toQuery({ attempt, pattern })}`, { signal }),
    enabled: pattern !== '',
    retry: false,
  })

  return (
    <div className="logsearch">
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
        <ul className="mono">
          {found.data.lines.map(({ offset, text: line }) => (
            <li key={offset}>
              <button
                type="button"
                onClick={() =>
                  changeQuery({ at: String(offset), ...(attempt !== undefined && { attempt: String(attempt) }) })
                }
              >
                {line}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
