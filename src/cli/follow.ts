import { EXIT } from '../contract/errors.ts'
import { isTerminal } from '../contract/phases.ts'
import { isSweepEnded } from '../contract/phases.ts'
import { measureName } from '../contract/measure.ts'
import type { SweepNotice, SweepView } from '../contract/sweep.ts'
import type { Client } from './client.ts'
import { CliExit } from './context.ts'
import type { Cli } from './context.ts'
import { cutEnd } from './format-table.ts'
import { formatDuration, formatNumber, formatPairs, progressBar } from './output.ts'
import { createPaint, toTerminalLine } from './screen.ts'

const POLL_MS = 500

/**
 * Shows the progress of a run or sweep on standard error until it ends, or until the sweep has paused itself and no
 * trial runs any more. Then prints the result. Throws CliExit if the run has not succeeded, if the sweep has failed or
 * was stopped by a user, or if the sweep has paused itself.
 */
export async function follow(
  cli: Cli,
  client: Client,
  { kind, number }: { kind: 'run' | 'sweep'; number: number },
): Promise<void> {
  const line = createStatusLine(cli)
  const printedNotices = new Set<string>()
  for (;;) {
    const ended =
      kind === 'sweep'
        ? await followSweep(cli, client, number, { line, printed: printedNotices })
        : await followRun(cli, client, number)
    if (ended !== undefined) {
      line.clear()
      cli.printStatus(ended.lines)
      if (!ended.isSuccess) throw new CliExit(EXIT.failed)
      return
    }

    await new Promise((done) => setTimeout(done, POLL_MS))
  }
}

interface Outcome {
  readonly lines: readonly string[]
  readonly isSuccess: boolean
}

interface ProgressOutput {
  readonly line: StatusLine
  /** Notices of the sweep that were already printed. */
  readonly printed: Set<string>
}

async function followSweep(
  cli: Cli,
  client: Client,
  number: number,
  { line, printed }: ProgressOutput,
): Promise<Outcome | undefined> {
  const sweep = await client.call('getSweep', { params: { sweep: number } })
  const notices = noticeLines(cli, sweep)
  if (isPausedByItself(sweep)) return { isSuccess: false, lines: notices }

  if (!isSweepEnded(sweep.phase)) {
    for (const notice of notices.filter((one) => !printed.has(one))) {
      line.clear()
      cli.printStatus(notice)
      printed.add(notice)
    }
    return void line.show(sweepProgress(cli, sweep) + (await loadWaitingReason(client, sweep)), doneTrials(sweep))
  }

  const { succeeded = 0, failed = 0, stopped = 0 } = sweep.counts
  const duration = formatDuration((Date.parse(sweep.endedAt ?? sweep.createdAt) - Date.parse(sweep.createdAt)) / 1000)
  const { best } = sweep
  const bestLines = best
    ? [
        cli.formatMessage('sweep_best', {
          number: best.number,
          metric: measureName(best),
          value: formatNumber(best.value),
        }),
        `  ${formatPairs(best.params)}`,
      ]
    : []

  return {
    isSuccess: sweep.phase === 'done' || (sweep.phase === 'stopped' && sweep.reason !== 'StoppedByUser'),
    lines: [
      cli.formatMessage('sweep_done', { number, phase: sweep.phase, duration, succeeded, failed, stopped }),
      ...bestLines,
      ...notices,
    ],
  }
}

/**
 * Whether a sweep has paused itself because trials failed, and no trial runs any more. A user has to resume or stop the
 * sweep.
 */
function isPausedByItself({
  phase,
  isPaused,
  notices,
  counts: { preparing = 0, starting = 0, running = 0, stopping = 0 },
}: SweepView): boolean {
  return (
    phase === 'running' &&
    isPaused &&
    notices.some(isSelfPauseNotice) &&
    preparing + starting + running + stopping === 0
  )
}

function isSelfPauseNotice({ code }: SweepNotice): boolean {
  return code === 'failed_first' || code === 'failed_next'
}

/** Returns the notices of a sweep, one per line, and advice on how to continue if the sweep has paused itself. */
export function noticeLines(cli: Cli, { number, notices, isPaused }: SweepView): string[] {
  const lines = notices.map(({ message }) => message)
  return isPaused && notices.some(isSelfPauseNotice) ? [...lines, cli.formatMessage('held_hint', { number })] : lines
}

async function followRun(cli: Cli, client: Client, number: number): Promise<Outcome | undefined> {
  const run = await client.call('getRun', { params: { run: number } })
  if (!isTerminal(run.phase)) return undefined

  const duration = formatDuration((Date.parse(run.endedAt!) - Date.parse(run.startedAt ?? run.endedAt!)) / 1000)
  return {
    isSuccess: run.phase === 'succeeded',
    lines: [cli.formatMessage('run_ended', { number, phase: run.phase, duration, reason: run.message ?? '' })],
  }
}

/** Returns why the first queued trial waits, in brackets; an empty string if no trial is queued or one has started. */
async function loadWaitingReason(client: Client, sweep: SweepView): Promise<string> {
  const { queued = 0, ...others } = sweep.counts
  if (queued === 0 || Object.values(others).some((count) => count > 0)) return ''

  const { runs } = await client.call('listRuns', {
    query: { sweep: sweep.number, sort: 'number', limit: 1 },
  })
  return runs[0]?.waiting ? ` (${runs[0].waiting})` : ''
}

/**
 * Returns one line with the number of finished, running and failed trials, the best value, and an estimate of the
 * remaining time.
 */
export function sweepProgress(cli: Cli, sweep: SweepView): string {
  const paint = createPaint(cli.config.hasColor)
  const { failed = 0, running = 0, starting = 0, stopping = 0 } = sweep.counts
  const done = doneTrials(sweep)
  const elapsed = (Date.now() - Date.parse(sweep.createdAt)) / 1000

  // Seconds; undefined for a paused or ended sweep, and before the first trial has finished.
  const left =
    sweep.trials !== null && done > 0 && !sweep.isPaused && !isSweepEnded(sweep.phase)
      ? ((sweep.trials - done) * elapsed) / done
      : undefined

  return cli.formatMessage('progress', {
    bar: paint('green', progressBar(sweep.trials ? done / sweep.trials : 0)),
    done,
    total: sweep.trials ?? '∞',
    running: running + starting + stopping,
    failed: failed > 0 ? paint('red', cli.formatMessage('progress_failed', { count: failed })) : '',
    best: sweep.best
      ? cli.formatMessage('progress_best', {
          metric: measureName(sweep.best),
          value: formatNumber(sweep.best.value),
          number: sweep.best.number,
        })
      : '',
    left: left === undefined ? '' : cli.formatMessage('progress_left', { left: formatDuration(left) }),
  })
}

function doneTrials({ counts: { succeeded = 0, failed = 0, stopped = 0 } }: SweepView): number {
  return succeeded + failed + stopped
}

/** A line that shows progress. `done` is the number of finished trials; `clear` erases the line in a terminal. */
interface StatusLine {
  show(text: string, done: number): void
  clear(): void
}

/**
 * Returns a line on standard error. In a terminal each call rewrites the line in place. Elsewhere a new line is printed
 * whenever `done` changes.
 */
function createStatusLine(cli: Cli): StatusLine {
  const isTerminal = process.stderr.isTTY
  let last = -1

  return {
    show: (text, done) => {
      // The text is cut to the width of the terminal, because a wrapped line could not be erased.
      if (isTerminal) process.stderr.write(`\r\u001b[K${toTerminalLine(cutEnd(text, process.stderr.columns - 1))}`)
      else if (done !== last) cli.printStatus(text)
      last = done
    },
    clear: () => void (isTerminal && process.stderr.write('\r\u001b[K')),
  }
}
