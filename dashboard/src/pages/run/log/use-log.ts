import { useCallback, useEffect, useMemo, useRef, useState } from 'react'

import { onRunActivity } from '../../../api/live.ts'
import { countLogLines, readLogPage, readLogRange } from '../../../api/logs.ts'
import type { LogCut } from '../../../api/logs.ts'
import { addPage, EARLIER_BYTES, isFollowed, nextPageStart, rangeBefore } from './log-paging.ts'
import { prependBytes, withLineNumbers } from './log-piece.ts'
import type { LogPiece } from './log-piece.ts'
import { oneAtATime } from './one-at-a-time.ts'

/** An attempt of a run. `attempt` undefined: the latest attempt. */
export interface AttemptOfRun {
  readonly run: number
  readonly attempt: number | undefined
}

/**
 * The loaded piece of a log (undefined until the first page has arrived), and the bytes that were cut out of the log.
 */
export interface Log {
  readonly piece: LogPiece | undefined
  readonly error: Error | undefined
  readonly cut: LogCut | undefined
  /** Reads lines before the piece. Returns the number of lines added. */
  readonly readEarlier: () => Promise<number>
}

/**
 * Reads the end of the log of an attempt, or the log from near the byte `target`, and reads on as the run writes
 * output.
 */
export function useLog(of: AttemptOfRun, target: number | null): Log {
  const held = usePiece()
  const { error, cut } = useReading(of, useAnchor(target, held.piece), held)
  useLineNumbers(of, held)
  const readEarlier = useReadEarlier(of, cut, held)
  return { piece: held.piece, error, cut, readEarlier }
}

/**
 * The loaded piece of a log. After a request `get` returns the newest piece; `piece` is that of the last rendering,
 * before the request.
 */
interface HeldPiece {
  readonly piece: LogPiece | undefined
  readonly get: () => LogPiece | undefined
  readonly set: (next: LogPiece | undefined) => void
}

function usePiece(): HeldPiece {
  const [piece, setPiece] = useState<LogPiece | undefined>()
  const latest = useRef<LogPiece>(undefined)

  const get = useCallback(() => latest.current, [])
  const set = useCallback((next: LogPiece | undefined) => {
    latest.current = next
    setPiece(next)
  }, [])

  return useMemo(() => ({ piece, get, set }), [piece, get, set])
}

/**
 * Returns the byte near which reading begins; null: at the end of the log. If the target changes to a line before the
 * loaded piece, the byte becomes the new target, and reading begins again.
 */
function useAnchor(target: number | null, piece: LogPiece | undefined): number | null {
  const [anchor, setAnchor] = useState(target)
  if (target !== anchor && target !== null && piece && target < piece.start) setAnchor(target)
  return anchor
}

/**
 * Reads pages from near the byte `anchor` (null: from the last lines) to the end of the log, and further pages whenever
 * the run has written something.
 */
function useReading(
  { run, attempt }: AttemptOfRun,
  anchor: number | null,
  { get, set }: HeldPiece,
): Pick<Log, 'error' | 'cut'> {
  const [error, setError] = useState<Error | undefined>()
  const [cut, setCut] = useState<LogCut | undefined>()

  useEffect(() => {
    set(undefined)
    const controller = new AbortController()
    const { signal } = controller

    const readPages = async (): Promise<void> => {
      const page = await readLogPage(run, { attempt, ...nextPageStart(get(), anchor) }, signal)
      if (signal.aborted) return

      // Takes the newest piece after the request: meanwhile lines may have been counted or earlier lines prepended.
      set(addPage(get(), page, anchor))
      setCut(page.cut)
      setError(undefined)
      if (isFollowed(page)) await readPages()
    }

    // The run may write output during a request. Another request then reads that output.
    const readToEnd = oneAtATime(async () => {
      if (!signal.aborted) await readPages().catch((problem: unknown) => !signal.aborted && setError(problem as Error))
    })

    void readToEnd()
    const unsubscribe = onRunActivity(run, () => void readToEnd())

    return () => {
      controller.abort()
      unsubscribe()
    }
  }, [run, attempt, anchor, get, set])

  return { error, cut }
}

/**
 * Counts the lines of the log before the piece once each time that reading begins, so that the lines can be numbered.
 */
function useLineNumbers({ run, attempt }: AttemptOfRun, { piece, get, set }: HeldPiece): void {
  const isNumbered = piece?.linesBefore !== undefined
  const start = piece?.start

  useEffect(() => {
    if (start === undefined || isNumbered) return undefined

    const controller = new AbortController()
    void countLogLines(run, { attempt, before: start }, controller.signal).then(
      (count) => {
        const current = get()
        if (current) set(withLineNumbers(current, start, count))
      },
      () => {},
    )

    return () => controller.abort()
  }, [run, attempt, start, isNumbered, get, set])
}

/** Returns a function that reads lines before the piece and returns the number of lines added. */
function useReadEarlier(
  { run, attempt }: AttemptOfRun,
  cut: LogCut | undefined,
  { get, set }: HeldPiece,
): () => Promise<number> {
  const isReading = useRef(false)

  return useCallback(async () => {
    const before = get()
    if (!before || before.start === 0 || isReading.current) return 0

    isReading.current = true
    try {
      // A line may be longer than `size`. In that case the loop reads four times as many bytes, until they contain the
      // start of a line.
      for (let size = EARLIER_BYTES; ; size *= 4) {
        const { from, to, isLineStart } = rangeBefore(before.start, size, cut)
        const bytes = await readLogRange(run, { attempt, from, to })
        const current = get()
        // Reading began again elsewhere meanwhile, so these bytes do not precede the piece.
        if (!current || current.start !== before.start) return 0

        const next = prependBytes(current, bytes, from, isLineStart)
        if (next.start === before.start && !isLineStart) continue

        set(next)
        return next.lines.length - current.lines.length
      }
    } finally {
      isReading.current = false
    }
  }, [run, attempt, cut, get, set])
}
