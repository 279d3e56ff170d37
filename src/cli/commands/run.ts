import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'

import { EXIT } from '../../contract/errors.ts'
import { isTerminal } from '../../contract/run.ts'
import type { RunDetailView } from '../../contract/run.ts'
import { isSweepEnded } from '../../contract/sweep.ts'
import type { SweepView } from '../../contract/sweep.ts'
import { SpecError } from '../../core/spec/document.ts'
import type { Source } from '../../core/spec/document.ts'
import { loadPlan } from '../../core/spec/load.ts'
import type { Client } from '../client.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'
import { readParams, readSources } from '../documents.ts'
import { chooseWorkDir, readHostInfo } from '../host-info.ts'
import { createPaint, formatDuration, formatNumber, progressBar } from '../output.ts'
import { showProblems } from './check.ts'
import type { DocumentFlags } from './check.ts'
import { ensureServer } from './up.ts'

export interface RunFlags extends DocumentFlags {
  readonly wait?: boolean
  readonly workdir?: string
}

interface Submitted {
  readonly kind: 'run' | 'sweep'
  readonly id: string
  readonly number: number
  readonly url: string
}

/** `hagane run`: submits a document, starting a server where none runs; `--wait` follows it to its end. */
export async function run(cli: Cli, flags: RunFlags): Promise<void> {
  const cwd = process.cwd()
  const sources = check(cli, flags, cwd)
  const { client, isNew } = await ensureServer(cli)
  if (isNew) cli.say(cli.text('server_started', { url: client.url, data: cli.config.dataDir }))
  const workDir = flags.workdir ? resolve(cwd, flags.workdir) : chooseWorkDir(flags.file, cwd)
  const host = await readHostInfo(workDir, cli.config.shellPath)
  const submitted = await client.call<Submitted>('submit', { body: { id: randomUUID(), sources, params: readParams(flags.param), host } })
  if (flags.json) cli.print(JSON.stringify(submitted))
  else await announce(cli, client, submitted, flags.wait === true)
  if (flags.wait) await follow(cli, client, submitted)
}

/** Finds mistakes before a server is started for them. Throws CliExit. */
function check(cli: Cli, flags: RunFlags, cwd: string): Source[] {
  let sources: Source[] = []
  try {
    sources = readSources(flags.file, cwd)
    const { warnings } = loadPlan(sources, readParams(flags.param))
    if (!flags.json) showProblems(cli, sources, warnings, 'warning')
    return sources
  } catch (error) {
    if (!(error instanceof SpecError)) throw error
    showProblems(cli, sources, error.problems, 'error')
    throw new CliExit(EXIT.usage, cli.text('check_failed', { count: error.problems.length }))
  }
}

async function announce(cli: Cli, client: Client, { kind, number }: Submitted, isFollowed: boolean): Promise<void> {
  if (kind === 'run') cli.print(cli.text('submitted_run', { number }))
  else {
    const sweep = await client.call<SweepView>('getSweep', { params: { sweep: number } })
    cli.print(cli.text('submitted_sweep', { number, trials: sweep.trials ?? '∞', concurrency: sweep.concurrency, method: sweep.method, seed: sweep.seed }))
  }
  if (!isFollowed) cli.print(cli.text('follow_hint', { number }))
}

const POLL_MS = 500

/** Shows progress on standard error until the end; throws CliExit when it did not end well. */
export async function follow(cli: Cli, client: Client, { kind, number }: Pick<Submitted, 'kind' | 'number'>): Promise<void> {
  const line = createStatusLine(cli)
  for (;;) {
    const ended = kind === 'sweep' ? await followSweep(cli, client, number, line) : await followRun(cli, client, number)
    if (ended !== undefined) {
      line.clear()
      cli.say(ended.message)
      if (!ended.isGood) throw new CliExit(EXIT.failed)
      return
    }
    await new Promise((done) => setTimeout(done, POLL_MS))
  }
}

interface Ended {
  readonly message: string
  readonly isGood: boolean
}

async function followSweep(cli: Cli, client: Client, number: number, line: StatusLine): Promise<Ended | undefined> {
  const sweep = await client.call<SweepView>('getSweep', { params: { sweep: number } })
  if (!isSweepEnded(sweep.phase)) return void line.show(sweepProgress(cli, sweep), doneTrials(sweep))
  const { succeeded = 0, failed = 0, stopped = 0 } = sweep.counts
  const duration = formatDuration((Date.parse(sweep.endedAt ?? sweep.createdAt) - Date.parse(sweep.createdAt)) / 1000)
  const best = sweep.best
    ? `\n${cli.text('sweep_best', { number: sweep.best.number, metric: sweep.best.metric, value: formatNumber(sweep.best.value) })}\n  ${Object.entries(
        sweep.best.params,
      )
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(' ')}`
    : ''
  return { isGood: sweep.phase !== 'failed', message: cli.text('sweep_done', { number, phase: sweep.phase, duration, succeeded, failed, stopped }) + best }
}

async function followRun(cli: Cli, client: Client, number: number): Promise<Ended | undefined> {
  const run = await client.call<RunDetailView>('getRun', { params: { run: number } })
  if (!isTerminal(run.phase)) return undefined
  const duration = formatDuration((Date.parse(run.endedAt!) - Date.parse(run.startedAt ?? run.endedAt!)) / 1000)
  return { isGood: run.phase === 'succeeded', message: cli.text('run_ended', { number, phase: run.phase, duration, reason: run.message ?? '' }) }
}

/** One line: how much is done, what runs, the best so far, the time left as far as the past can tell. */
export function sweepProgress(cli: Cli, sweep: SweepView): string {
  const paint = createPaint(cli.config.hasColor)
  const { failed = 0, running = 0, starting = 0, stopping = 0 } = sweep.counts
  const done = doneTrials(sweep)
  const elapsed = (Date.now() - Date.parse(sweep.createdAt)) / 1000
  const left = sweep.trials !== null && done > 0 ? ((sweep.trials - done) * elapsed) / done : undefined
  return cli.text('progress', {
    bar: paint('green', progressBar(sweep.trials ? done / sweep.trials : 0)),
    done,
    total: sweep.trials ?? '∞',
    running: running + starting + stopping,
    failed: failed > 0 ? paint('red', cli.text('progress_failed', { count: failed })) : '',
    best: sweep.best ? cli.text('progress_best', { metric: sweep.best.metric, value: formatNumber(sweep.best.value), number: sweep.best.number }) : '',
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
      if (isTerminal) process.stderr.write(`\r\u001b[K${text}`)
      else if (done !== last) cli.say(text)
      last = done
    },
    clear: () => void (isTerminal && process.stderr.write('\r\u001b[K')),
  }
}
