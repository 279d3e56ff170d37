import { EXIT } from '../contract/errors.ts'
import { isTerminal } from '../contract/phases.ts'
import type { RunPageView } from '../contract/routes.ts'
import type { RunDetailView } from '../contract/run.ts'
import { isSweepEnded } from '../contract/phases.ts'
import { measureName } from '../contract/measure.ts'
import type { SweepNotice, SweepView } from '../contract/sweep.ts'
import type { Client } from './client.ts'
import { CliExit } from './context.ts'
import type { Cli } from './context.ts'
import { cut } from './columns.ts'
import { formatDuration, formatNumber, pairs, progressBar } from './output.ts'
import { createPaint, toScreen } from './screen.ts'

const POLL_MS = 500

/** Shows progress on standard error until the end; throws CliExit when it did not end well. */
export async function follow(
  cli: Cli,
  client: Client,
  { kind, number }: { kind: 'run' | 'sweep'; number: number },
): Promise<void> {
  const line = createStatusLine(cli)
  const said = new Set<string>()
  for (;;) {
    const ended =
      kind === 'sweep' ? await followSweep(cli, client, number, { line, said }) : await followRun(cli, client, number)
    if (ended !== undefined) {
      line.clear()
      cli.say(ended.lines)
      if (!ended.isGood) throw new CliExit(EXIT.failed)
      return
    }
    await new Promise((done) => setTimeout(done, POLL_MS))
  }
}

interface Ended {
  readonly lines: readonly string[]
  readonly isGood: boolean
}

interface Told {
  readonly line: StatusLine
  /** Notices that have been said while it runs. */
  readonly said: Set<string>
}

async function followSweep(cli: Cli, client: Client, number: number, { line, said }: Told): Promise<Ended | undefined> {
  const sweep = await client.call<SweepView>('getSweep', { params: { sweep: number } })
  const notices = noticeLines(cli, sweep)
  if (isHeld(sweep)) return { isGood: false, lines: notices }
  if (!isSweepEnded(sweep.phase)) {
    for (const notice of notices.filter((one) => !said.has(one))) {
      line.clear()
      cli.say(notice)
      said.add(notice)
    }
    return void line.show(sweepProgress(cli, sweep) + (await waitingNote(client, sweep)), doneTrials(sweep))
  }
  const { succeeded = 0, failed = 0, stopped = 0 } = sweep.counts
  const duration = formatDuration((Date.parse(sweep.endedAt ?? sweep.createdAt) - Date.parse(sweep.createdAt)) / 1000)
  const { best } = sweep
  const bestLines = best
    ? [
        cli.text('sweep_best', { number: best.number, metric: measureName(best), value: formatNumber(best.value) }),
        `  ${pairs(best.params)}`,
      ]
    : []
  return {
    isGood: sweep.phase === 'done' || (sweep.phase === 'stopped' && sweep.reason !== 'StoppedByUser'),
    lines: [
      cli.text('sweep_done', { number, phase: sweep.phase, duration, succeeded, failed, stopped }),
      ...bestLines,
      ...notices,
    ],
  }
}

/** It has paused itself, and nothing of it runs any more: it waits for a person. */
function isHeld({
  phase,
  isPaused,
  notices,
  counts: { preparing = 0, starting = 0, running = 0, stopping = 0 },
}: SweepView): boolean {
  return phase === 'running' && isPaused && notices.some(isHold) && preparing + starting + running + stopping === 0
}

function isHold({ code }: SweepNotice): boolean {
  return code === 'failed_first' || code === 'failed_next'
}

/** Findings about a sweep, a line each, and what to do about them. */
export function noticeLines(cli: Cli, { number, notices, isPaused }: SweepView): string[] {
  const lines = notices.map(({ message }) => message)
  return isPaused && notices.some(isHold) ? [...lines, cli.text('held_hint', { number })] : lines
}

async function followRun(cli: Cli, client: Client, number: number): Promise<Ended | undefined> {
  const run = await client.call<RunDetailView>('getRun', { params: { run: number } })
  if (!isTerminal(run.phase)) return undefined
  const duration = formatDuration((Date.parse(run.endedAt!) - Date.parse(run.startedAt ?? run.endedAt!)) / 1000)
  return {
    isGood: run.phase === 'succeeded',
    lines: [cli.text('run_ended', { number, phase: run.phase, duration, reason: run.message ?? '' })],
  }
}

/** Why nothing has started yet, as its first trial tells it. */
async function waitingNote(client: Client, sweep: SweepView): Promise<string> {
  const { queued = 0, ...others } = sweep.counts
  if (queued === 0 || Object.values(others).some((count) => count > 0)) return ''
  const { runs } = await client.call<RunPageView>('listRuns', {
    query: { sweep: sweep.number, sort: 'number', limit: 1 },
  })
  return runs[0]?.waiting ? ` (${runs[0].waiting})` : ''
}

/** One line: how much is done, what runs, the best so far, the time left as far as the past can tell. */
export function sweepProgress(cli: Cli, sweep: SweepView): string {
  const paint = createPaint(cli.config.hasColor)
  const { failed = 0, running = 0, starting = 0, stopping = 0 } = sweep.counts
  const done = doneTrials(sweep)
  const elapsed = (Date.now() - Date.parse(sweep.createdAt)) / 1000
  // The time left of a paused sweep is unknown.
  const left =
    sweep.trials !== null && done > 0 && !sweep.isPaused && !isSweepEnded(sweep.phase)
      ? ((sweep.trials - done) * elapsed) / done
      : undefined
  return cli.text('progress', {
    bar: paint('green', progressBar(sweep.trials ? done / sweep.trials : 0)),
    done,
    total: sweep.trials ?? '∞',
    running: running + starting + stopping,
    failed: failed > 0 ? paint('red', cli.text('progress_failed', { count: failed })) : '',
    best: sweep.best
      ? cli.text('progress_best', {
          metric: measureName(sweep.best),
          value: formatNumber(sweep.best.value),
          number: sweep.best.number,
        })
      : '',
    left: left === undefined ? '' : cli.text('progress_left', { left: formatDuration(left) }),
  })
}

function doneTrials({ counts: { succeeded = 0, failed = 0, stopped = 0 } }: SweepView): number {
  return succeeded + failed + stopped
}

interface StatusLine {
  show(text: string, done: number): void
  clear(): void
}

/** Rewritten in place in a terminal; elsewhere a line now and then. */
function createStatusLine(cli: Cli): StatusLine {
  const isTerminal = process.stderr.isTTY
  let last = -1
  return {
    show: (text, done) => {
      // A line that wraps could not be taken back.
      if (isTerminal) process.stderr.write(`\r\u001b[K${toScreen(cut(text, process.stderr.columns - 1))}`)
      else if (done !== last) cli.say(text)
      last = done
    },
    clear: () => void (isTerminal && process.stderr.write('\r\u001b[K')),
  }
}
