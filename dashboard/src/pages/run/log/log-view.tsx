import { useMemo, useState } from 'react'
import type { ReactElement } from 'react'

import { isTerminal } from '../../../../../src/contract/phases.ts'
import type { RunDetailView } from '../../../../../src/contract/run.ts'
import { findFirstError } from '../../../api/logs.ts'
import { formatBytes } from '../../../format.ts'
import { changeQuery, usePageAddress } from '../../../state/location.ts'
import { t } from '../../../texts/texts.ts'
import { ErrorNotice } from '../../../ui/error-notice.tsx'
import { Loading } from '../../../ui/loading.tsx'
import { toast } from '../../../ui/toasts.ts'
import { lineAddress } from './line-address.ts'
import { LogLines } from './log-lines.tsx'
import { shownLines } from './log-piece.ts'
import type { LogLine } from './log-piece.ts'
import { LogSearch } from './log-search.tsx'
import { LogToolbar } from './log-toolbar.tsx'
import css from './log-view.module.css'
import { useLogMatches } from './use-log-matches.ts'
import { useLogScroll } from './use-log-scroll.ts'
import { useLog } from './use-log.ts'
import type { Log } from './use-log.ts'

const NO_LINES: readonly LogLine[] = []

interface LogViewProps {
  readonly run: RunDetailView
  /** A CSS class that sets the height of the log. */
  readonly className: string | undefined
}

/** The log of a run: of its latest attempt, or of the attempt in the address. */
export function LogView(props: LogViewProps): ReactElement {
  const { query } = usePageAddress()
  const attempt = Number(query.get('attempt')) || props.run.attempts.at(-1)?.n
  return <AttemptLog key={attempt} {...props} attempt={attempt} />
}

/**
 * The log of one attempt. The view opens at the end of the log, or at the line in the address, follows new output, and
 * loads earlier lines when a person scrolls up.
 */
function AttemptLog({
  run,
  attempt,
  className,
}: LogViewProps & { readonly attempt: number | undefined }): ReactElement {
  const { query } = usePageAddress()
  const target = query.has('at') ? Number(query.get('at')) : null
  const of = { run: run.number, attempt }
  const log = useLog(of, target)
  const lines = useMemo(() => (log.piece ? shownLines(log.piece) : NO_LINES), [log.piece])
  const scroll = useLogScroll(log, lines, target)
  const matches = useLogMatches(lines, scroll.scrollTo)
  const [isWrapped, setWrapped] = useState(false)
  const [isSearching, setSearching] = useState(false)

  const goToFirstError = async (): Promise<void> => {
    const byte = await findFirstError(run.number, attempt)
    if (byte === undefined) return toast(t('no_error_line'))
    // An address that names this line already does not change, so it triggers no jump.
    if (byte === target) scroll.scrollToByte(byte)
    changeQuery(lineAddress(byte, attempt))
  }

  const noLinesText = t(isTerminal(run.phase) ? 'no_log' : 'no_log_yet')
  if (!run.attempts.length) return <p className="none">{noLinesText}</p>

  return (
    <section className={`${css.view} ${className}`} aria-label={t('log')}>
      <LogToolbar
        attempts={run.attempts}
        of={of}
        matches={matches}
        isSearching={isSearching}
        onSearching={setSearching}
        onFirstError={() => void goToFirstError().catch((error: unknown) => toast((error as Error).message))}
        isWrapped={isWrapped}
        onWrap={setWrapped}
        isFollowing={scroll.isFollowing}
        onFollow={scroll.toggleFollowing}
      />
      {isSearching && <LogSearch of={of} onClose={() => setSearching(false)} />}
      {log.error && !log.piece && <ErrorNotice error={log.error} />}
      {!log.piece && !log.error && <Loading what={t('log')} />}
      {log.piece && lines.length === 0 && <p className="none">{noLinesText}</p>}
      <LogLines
        lines={lines}
        linesBefore={log.piece?.linesBefore}
        attempt={attempt}
        current={{ index: matches.line, byte: target }}
        isWrapped={isWrapped}
        scroll={scroll}
      />
      <LogFooter log={log} lineCount={lines.length} isLive={!isTerminal(run.phase)} />
    </section>
  )
}

/**
 * The line below a log: its number of lines, whether earlier lines can be loaded, how many bytes were cut out of it,
 * and whether the run may write more.
 */
function LogFooter({
  log: { piece, cut },
  lineCount,
  isLive,
}: {
  readonly log: Log
  readonly lineCount: number
  readonly isLive: boolean
}): ReactElement {
  return (
    <div className={css.footer}>
      <span>{t('lines_n', { n: (piece?.linesBefore ?? 0) + lineCount })}</span>
      {piece && piece.start > 0 && <span className="dim">{t('earlier_above')}</span>}
      {cut && <span>{t('log_cut', { size: formatBytes(cut.to - cut.from) })}</span>}
      <span className="grow" />
      {isLive && <span className="hot">{t('live')}</span>}
    </div>
  )
}
