import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import type { ReactElement } from 'react'

import { isTerminal } from '../../../../src/contract/phases.ts'
import type { LogSearchView } from '../../../../src/contract/routes.ts'
import { severityOf } from '../../../../src/contract/severity.ts'
import type { RunDetailView } from '../../../../src/contract/run.ts'
import { call, request } from '../../api/client.ts'
import { onRunActivity } from '../../api/live.ts'
import { toQuery } from '../../api/to-query.ts'
import { formatBytes } from '../../format.ts'
import { changeQuery, usePageAddress, withQuery } from '../../state/location.ts'
import { t } from '../../texts/texts.ts'
import { IconButton } from '../../ui/controls.tsx'
import { saveBlob } from '../../ui/save-file.ts'
import { toast } from '../../ui/toasts.ts'
import { Icon } from '../../ui/icons.tsx'
import { ErrorNotice, Loading } from '../../ui/states.tsx'
import { LogSearch } from './log-search.tsx'
import { appendBytes, isFollowed, rangeBefore, prependBytes, shownLines, splitLines, toSpans } from './log-lines.ts'
import type { LogCut, LogLine, LogPiece } from './log-lines.ts'

const LINE_PX = 19
const TAIL_LINES = 2_000
/** Number of bytes that are read at once before the first line shown. */
const EARLIER_BYTES = 256_000
/** A view scrolled this close to the end counts as at the end. */
const END_PX = 40
const MATCHES_MAX = 10_000
const NO_LINES: readonly LogLine[] = []

interface LogViewProps {
  readonly run: RunDetailView
  readonly isWide?: boolean
}

/** The log of a run: of its latest attempt, or of the attempt in the address. */
export function LogView(props: LogViewProps): ReactElement {
  const { query } = usePageAddress()
  const attempt = Number(query.get('attempt')) || props.run.attempts.at(-1)?.n
  return <AttemptLog key={attempt} {...props} attempt={attempt} />
}

/**
 * The log of one attempt. It opens at its end, or at the line in the address, follows new output, and loads earlier
 * lines when it is scrolled up.
 */
function AttemptLog({
  run,
  attempt,
  isWide = false,
}: LogViewProps & { readonly attempt: number | undefined }): ReactElement {
  const { query } = usePageAddress()
  const log = useLog(run, attempt, query.get('at'))
  const [isFollowing, setFollowing] = useState(query.get('at') === null)
  const [isWrapped, setWrapped] = useState(false)
  const [search, setSearch] = useState('')
  const scroller = useRef<HTMLDivElement>(null)

  const lines = useMemo(() => (log.piece ? shownLines(log.piece) : NO_LINES), [log.piece])
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 30,
    getItemKey: (i) => lines[i]!.offset,
  })

  const matches = search === '' ? [] : findLines(lines, search)
  const [matchIndex, setMatchIndex] = useState(0)
  const [isSearching, setSearching] = useState(false)
  const lastLine = lines.at(-1)?.offset

  const targetOffset = query.get('at')
  const start = log.piece?.start ?? 0
  const jumpedTo = useRef<string>(undefined)

  useEffect(() => {
    // Does not follow the end before the jump to the line in the address is done: with two targets at once, either may
    // be scrolled to last.
    const isJumpPending = targetOffset !== null && jumpedTo.current !== targetOffset
    if (isFollowing && !isJumpPending && lines.length > 0) rows.scrollToIndex(lines.length - 1, { align: 'end' })
  }, [isFollowing, targetOffset, lastLine, rows, lines.length])

  const goToOffset = useEffectEvent((offset: string): void => {
    const index = lines.findIndex((line) => line.offset >= Number(offset))
    if (index < 0) return
    jumpedTo.current = offset
    setFollowing(false)
    rows.scrollToIndex(index, { align: 'center' })
  })

  useEffect(() => {
    if (targetOffset !== null && jumpedTo.current !== targetOffset && Number(targetOffset) >= start)
      goToOffset(targetOffset)
  }, [targetOffset, lines, start])

  const goToMatch = (to: number): void => {
    if (matches.length === 0) return
    const next = (to + matches.length) % matches.length
    setMatchIndex(next)
    setFollowing(false)
    rows.scrollToIndex(matches[next]!, { align: 'center' })
  }

  const goToFirstError = async (): Promise<void> => {
    const query = toQuery({ attempt, severity: 'error', limit: 1 })
    const [first] = (await call<LogSearchView>(`/runs/${run.number}/logs/search${query}`)).lines
    if (!first) return toast(t('no_error_line'))
    // If the address names this line already, it does not change and triggers no jump.
    if (String(first.offset) === targetOffset) goToOffset(targetOffset)
    changeQuery({ at: String(first.offset), ...(attempt !== undefined && { attempt: String(attempt) }) })
  }

  const toggleFollowing = (): void => {
    // The jump to the line in the address counts as done, so that it does not stop the following.
    jumpedTo.current = targetOffset ?? undefined
    setFollowing(!isFollowing)
  }

  const onScroll = (): void => {
    const node = scroller.current!
    const isAtEnd = node.scrollHeight - node.scrollTop - node.clientHeight < END_PX
    if (isFollowing !== isAtEnd) setFollowing(isAtEnd)
    if (node.scrollTop < 400 && log.piece && log.piece.start > 0)
      void log.readEarlier().then((count) => count > 0 && (node.scrollTop += count * LINE_PX))
  }

  if (!run.attempts.length) return <p className="none">{t(isTerminal(run.phase) ? 'no_log' : 'no_log_yet')}</p>

  return (
    <section className={isWide ? 'logs wide' : 'logs'} aria-label={t('log')}>
      <div className="logtools">
        <b className="strong">{t('log')}</b>
        {run.attempts.length > 1 && (
          <select
            className="field"
            aria-label={t('tab_attempts')}
            value={attempt}
            onChange={(event) => changeQuery({ attempt: event.target.value, at: null })}
          >
            {run.attempts.map(({ n }) => (
              <option key={n} value={n}>
                {t('attempt_n', { n })}
              </option>
            ))}
          </select>
        )}
        <span className="q">
          <Icon name="search" size={14} />
          <input
            aria-label={t('search_log')}
            placeholder={t('search_log')}
            value={search}
            onChange={(event) => {
              setSearch(event.target.value)
              setMatchIndex(0)
            }}
            onKeyDown={(event) => {
              if (event.nativeEvent.isComposing || event.key !== 'Enter') return
              goToMatch(matchIndex + (event.shiftKey ? -1 : 1))
            }}
          />
          <span className="dim small">
            {search !== '' && `${matches.length === 0 ? 0 : matchIndex + 1} / ${matches.length}`}
          </span>
        </span>
        <button
          type="button"
          className="btn bare small not-phone"
          aria-pressed={isSearching}
          onClick={() => setSearching(!isSearching)}
        >
          {t('search_all')}
        </button>
        <button
          type="button"
          className="btn bare small not-phone"
          onClick={() => void goToFirstError().catch((error: unknown) => toast((error as Error).message))}
        >
          {t('first_error')}
        </button>
        <IconButton name="wrap" label={t('wrap')} isPressed={isWrapped} onClick={() => setWrapped(!isWrapped)} />
        <IconButton name="download" label={t('download')} onClick={() => void download(run, attempt)} />
        <button type="button" className="btn" aria-pressed={isFollowing} onClick={toggleFollowing}>
          <Icon name="follow" />
          {t(isFollowing ? 'following' : 'follow')}
        </button>
      </div>
      {isSearching && <LogSearch run={run.number} attempt={attempt} onClose={() => setSearching(false)} />}
      {log.error && !log.piece && <ErrorNotice error={log.error} />}
      {!log.piece && !log.error && <Loading what={t('log')} />}
      {log.piece && lines.length === 0 && <p className="none">{t(isTerminal(run.phase) ? 'no_log' : 'no_log_yet')}</p>}
      <div
        className={isWrapped ? 'log wrapped' : 'log'}
        ref={scroller}
        onScroll={onScroll}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={t('log')}
      >
        <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map(({ index, start, key }) => {
            const line = lines[index]!
            const severity = severityOf(line.text)

            return (
              <div
                key={key}
                ref={isWrapped ? rows.measureElement : undefined}
                data-index={index}
                className={`line${severity ? ` ${severity}` : ''}${matches[matchIndex] === index || String(line.offset) === targetOffset ? ' at' : ''}`}
                style={{ transform: `translateY(${start}px)` }}
              >
                <a
                  className="ln"
                  href={withQuery({
                    at: String(line.offset),
                    ...(attempt !== undefined && { attempt: String(attempt) }),
                  })}
                  title={t('link_to_line')}
                  onClick={(event) => {
                    event.preventDefault()
                    changeQuery({ at: String(line.offset), ...(attempt !== undefined && { attempt: String(attempt) }) })
                  }}
                >
                  {log.piece?.linesBefore === undefined ? '·' : log.piece.linesBefore + index + 1}
                </a>
                <LineText text={line.text} />
              </div>
            )
          })}
        </div>
      </div>
      <div className="logfoot">
        <span>{t('lines_n', { n: (log.piece?.linesBefore ?? 0) + lines.length })}</span>
        {log.piece && log.piece.start > 0 && <span className="dim">{t('earlier_above')}</span>}
        {log.cut && <span className="warn">{t('log_cut', { size: formatBytes(log.cut.to - log.cut.from) })}</span>}
        <span className="grow" />
        {!isTerminal(run.phase) && <span className="hot">{t('live')}</span>}
      </div>
    </section>
  )
}

function LineText({ text }: { readonly text: string }): ReactElement {
  return (
    <span className="tx">
      {toSpans(text).map(({ text: part, color, isBold }, i) => (
        // The index is the only key that a span has.
        <span
          key={i}
          style={color === undefined ? undefined : { color: `var(${color})` }}
          className={isBold ? 'strong' : undefined}
        >
          {part}
        </span>
      ))}
    </span>
  )
}

/** Returns the indices of the lines that contain the text in any case. */
function findLines(lines: readonly LogLine[], search: string): number[] {
  const wanted = search.toLowerCase()
  const matches: number[] = []
  for (let i = 0; i < lines.length && matches.length < MATCHES_MAX; i += 1)
    if (lines[i]!.text.toLowerCase().includes(wanted)) matches.push(i)
  return matches
}

interface Log {
  readonly piece: LogPiece | undefined
  readonly error: Error | undefined
  readonly cut: LogCut | undefined
  /** Reads bytes before the piece; returns the number of lines added. */
  readonly readEarlier: () => Promise<number>
}

/** Reads the log of an attempt from its end, or from near byte `target`, and reads on as output is written. */
function useLog(run: RunDetailView, attempt: number | undefined, target: string | null): Log {
  const [piece, setPiece] = useState<LogPiece | undefined>()
  const [error, setError] = useState<Error | undefined>()
  const [cut, setCut] = useState<LogCut | undefined>()
  const latest = useRef<LogPiece>(undefined)
  const isReadingEarlier = useRef(false)

  const set = (next: LogPiece): void => {
    latest.current = next
    setPiece(next)
  }

  // The byte near which reading began; null for the end of the log. When the address changes to a line before all that
  // has been read, reading begins again near that line.
  const [anchor, setAnchor] = useState(target)
  if (target !== anchor && target !== null && piece && Number(target) < piece.start) setAnchor(target)

  useEffect(() => {
    latest.current = undefined
    setPiece(undefined)
    const controller = new AbortController()

    const readPage = async (): Promise<void> => {
      const before = latest.current
      const from = before
        ? { cursor: before.end }
        : anchor === null
          ? { tail: TAIL_LINES }
          : { cursor: Math.max(0, Number(anchor) - EARLIER_BYTES / 2) }
      const { bytes, cursor, cut } = await readLogPage(run.number, { attempt, ...from }, controller.signal)

      if (controller.signal.aborted) return

      // Taken after the request: meanwhile lines may have been counted or earlier lines prepended.
      const current = latest.current
      const toFirstPiece = (start: number): LogPiece =>
        prependBytes(splitLines(new Uint8Array(), start + bytes.length), bytes, start)
      if (!current)
        set(
          anchor === null
            ? splitLines(bytes, cursor - bytes.length)
            : withUnfinishedLine(toFirstPiece(cursor - bytes.length), bytes),
        )
      else if (bytes.length > 0) set(appendBytes(current, bytes, cursor - bytes.length))
      setCut(cut)
      setError(undefined)
      if (isFollowed({ bytes, cursor, cut })) await readPage()
    }

    // One request at a time. Output that is written meanwhile is read after it.
    let [isReading, hasMore] = [false, true]

    const readUntilEnd = async (): Promise<void> => {
      hasMore = true
      if (isReading) return
      isReading = true
      while (hasMore && !controller.signal.aborted) {
        hasMore = false
        await readPage().catch((problem: unknown) => !controller.signal.aborted && setError(problem as Error))
      }
      isReading = false
    }

    void readUntilEnd()
    const unsubscribe = onRunActivity(run.number, () => void readUntilEnd())

    return () => {
      controller.abort()
      unsubscribe()
    }
  }, [run.number, attempt, anchor])

  const isNumbered = piece?.linesBefore !== undefined
  const start = piece?.start

  useEffect(() => {
    if (start === undefined || isNumbered) return undefined
    const controller = new AbortController()
    void call<{ lines: number }>(`/runs/${run.number}/logs/lines${toQuery({ attempt, before: start })}`, {
      signal: controller.signal,
    }).then(
      ({ lines }) =>
        latest.current && set({ ...latest.current, linesBefore: lines - countBefore(latest.current, start) }),
      () => {},
    )
    return () => controller.abort()
  }, [run.number, attempt, start, isNumbered])

  const readEarlier = useCallback(async (): Promise<number> => {
    const before = latest.current
    if (!before || before.start === 0 || isReadingEarlier.current) return 0

    isReadingEarlier.current = true
    try {
      // A line may be longer than `size`. Reads more bytes until they contain the start of a line.
      for (let size = EARLIER_BYTES; ; size *= 4) {
        const { from, to, isLineStart } = rangeBefore(before.start, size, cut)
        const bytes = await readRange(run.number, { attempt, from, to })
        const current = latest.current
        // Reading began again elsewhere meanwhile: these bytes are of no use.
        if (!current || current.start !== before.start) return 0

        const next = prependBytes(current, bytes, from, isLineStart)
        if (next.start === before.start && !isLineStart) continue

        set(next)
        return next.lines.length - current.lines.length
      }
    } finally {
      isReadingEarlier.current = false
    }
  }, [run.number, attempt, cut])

  return { piece, error, cut, readEarlier }
}

/**
 * Number of lines of a piece before a byte. The piece may have grown at its start since the server was asked to count.
 */
function countBefore({ lines }: LogPiece, byte: number): number {
  const index = lines.findIndex(({ offset }) => offset >= byte)
  return index < 0 ? lines.length : index
}

/** Adds the unfinished last line of `bytes` to a piece, which `prependBytes` leaves out. */
function withUnfinishedLine(piece: LogPiece, bytes: Uint8Array): LogPiece {
  return { ...piece, rest: bytes.slice(bytes.lastIndexOf(10) + 1) }
}

/** Reads one page of a log, from a byte or the last lines; `cursor` is the byte after it. */
async function readLogPage(
  run: number,
  from: { attempt: number | undefined; cursor?: number; tail?: number },
  signal?: AbortSignal,
): Promise<{ bytes: Uint8Array; cursor: number; cut: LogCut | undefined }> {
  const response = await request(`/runs/${run}/logs${toQuery(from)}`, signal ? { signal } : {})
  const [cutFrom, cutTo] = response.headers.get('x-hagane-cut')?.split('-').map(Number) ?? []

  return {
    bytes: new Uint8Array(await response.arrayBuffer()),
    cursor: Number(response.headers.get('x-hagane-cursor')),
    cut: cutTo === undefined ? undefined : { from: cutFrom!, to: cutTo },
  }
}

/** Reads the bytes from `from` to `to`, page by page; fewer where the log ends before. */
async function readRange(
  run: number,
  { attempt, from, to }: { attempt: number | undefined; from: number; to: number },
): Promise<Uint8Array> {
  const all = new Uint8Array(to - from)
  for (let at = from; at < to;) {
    const { bytes } = await readLogPage(run, { attempt, cursor: at })
    if (bytes.length === 0) return all.subarray(0, at - from)
    all.set(bytes.subarray(0, to - at), at - from)
    at += bytes.length
  }

  return all
}

/** Saves the whole log as a file. It is read page by page. */
async function download(run: RunDetailView, attempt: number | undefined): Promise<void> {
  const parts: BlobPart[] = []
  for (let cursor = 0; ;) {
    const page = await readLogPage(run.number, { attempt, cursor })
    if (page.bytes.length === 0) break
    parts.push(page.bytes as Uint8Array<ArrayBuffer>)
    cursor = page.cursor
  }

  saveBlob(
    `run-${run.number}${attempt === undefined ? '' : `-${attempt}`}.log`,
    new Blob(parts, { type: 'text/plain' }),
  )
}
