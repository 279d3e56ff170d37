import type { ReactElement } from 'react'

import type { AttemptView } from '../../../../../src/contract/run.ts'
import { changeQuery } from '../../../state/location.ts'
import { t } from '../../../texts/texts.ts'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { downloadLog } from './download-log.ts'
import css from './log-toolbar.module.css'
import { matchText } from './next-match.ts'
import type { LogMatches } from './use-log-matches.ts'
import type { AttemptOfRun } from './use-log.ts'

interface LogToolbarProps {
  readonly attempts: readonly AttemptView[]
  readonly of: AttemptOfRun
  readonly matches: LogMatches
  /** Whether the form that searches the whole log is shown. */
  readonly isSearching: boolean
  readonly onSearching: (isSearching: boolean) => void
  readonly onFirstError: () => void
  readonly isWrapped: boolean
  readonly onWrap: (isWrapped: boolean) => void
  readonly isFollowing: boolean
  readonly onFollow: () => void
}

/** The tools of a log: a menu of attempts, a search in the loaded lines, and buttons. */
export function LogToolbar(props: LogToolbarProps): ReactElement {
  const { attempts, of, matches, isSearching, isWrapped, isFollowing } = props

  return (
    <div className={css.toolbar}>
      <b className="strong">{t('log')}</b>
      {attempts.length > 1 && <AttemptSelect attempts={attempts} value={of.attempt} />}
      <LineSearch matches={matches} />
      <button
        type="button"
        className="btn bare small not-phone"
        aria-pressed={isSearching}
        onClick={() => props.onSearching(!isSearching)}
      >
        {t('search_all')}
      </button>
      <button type="button" className="btn bare small not-phone" onClick={props.onFirstError}>
        {t('first_error')}
      </button>
      <IconButton name="wrap" label={t('wrap')} isPressed={isWrapped} onClick={() => props.onWrap(!isWrapped)} />
      <IconButton name="download" label={t('download')} onClick={() => void downloadLog(of)} />
      <button type="button" className="btn" aria-pressed={isFollowing} onClick={props.onFollow}>
        <Icon name="follow" />
        {t(isFollowing ? 'following' : 'follow')}
      </button>
    </div>
  )
}

function AttemptSelect({
  attempts,
  value,
}: {
  readonly attempts: readonly AttemptView[]
  readonly value: number | undefined
}): ReactElement {
  return (
    <select
      className="field"
      aria-label={t('tab_attempts')}
      value={value}
      onChange={(event) => changeQuery({ attempt: event.target.value, at: null })}
    >
      {attempts.map(({ n }) => (
        <option key={n} value={n}>
          {t('attempt_n', { n })}
        </option>
      ))}
    </select>
  )
}

/** A field that searches the loaded lines. Enter goes to the next match, Shift with Enter to the one before. */
function LineSearch({ matches }: { readonly matches: LogMatches }): ReactElement {
  return (
    <span className={css.search}>
      <Icon name="search" size={14} />
      <input
        aria-label={t('search_log')}
        placeholder={t('search_log')}
        value={matches.search}
        onChange={(event) => matches.setSearch(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing || event.key !== 'Enter') return
          matches.goTo(event.shiftKey ? -1 : 1)
        }}
      />
      <span className="dim small">{matches.search !== '' && matchText(matches.at, matches.count)}</span>
    </span>
  )
}
