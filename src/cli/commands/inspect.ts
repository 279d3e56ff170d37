import { EXIT } from '../../contract/errors.ts'
import { isTerminal } from '../../contract/phases.ts'
import type { RunDetailView } from '../../contract/run.ts'
import type { SweepView } from '../../contract/sweep.ts'
import type { ArtifactView } from '../../contract/tracking.ts'
import { requireClient } from '../client.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'
import { formatTable } from '../format-table.ts'
import { commandLines, formatNumber, paintPhase, formatPairs } from '../output.ts'
import { createPaint } from '../screen.ts'
import { choiceText } from './sweep.ts'
import { noticeLines, sweepProgress } from '../follow.ts'

/** `hagane show`: prints a run or a sweep. */
export async function show(cli: Cli, number: string, flags: { json?: boolean }): Promise<void> {
  const client = requireClient(cli)
  const { kind } = await client.call('resolve', { params: { number } })

  if (kind === 'sweep') return showSweep(cli, await client.call('getSweep', { params: { sweep: number } }), flags)

  const run = await client.call('getRun', { params: { run: number } })
  if (flags.json) return cli.print(JSON.stringify(run))
  showRun(cli, run, await client.call('listArtifacts', { params: { run: number } }))
}

function showSweep(cli: Cli, sweep: SweepView, flags: { json?: boolean }): void {
  if (flags.json) return cli.print(JSON.stringify(sweep))

  const paint = createPaint(cli.config.hasColor)
  cli.print(
    `${paint('bold', `#${sweep.number} ${sweep.name ?? ''}`)} ${paintPhase(sweep.isPaused ? 'paused' : sweep.phase, paint)} ${sweep.reason ?? ''}`,
  )

  cli.print(`  ${sweep.method}, concurrency ${sweep.concurrency}, seed ${sweep.seed}`)
  if (sweep.choice) cli.print(`  ${choiceText(cli, sweep.choice)}`)
  cli.print(`  ${sweepProgress(cli, sweep)}`)
  for (const line of noticeLines(cli, sweep)) cli.print(`  ${paint('yellow', line)}`)
  if (sweep.best) cli.print(`  #${sweep.best.number}: ${formatPairs(sweep.best.params)}`)
}

function showRun(cli: Cli, run: RunDetailView, artifacts: readonly ArtifactView[]): void {
  const paint = createPaint(cli.config.hasColor)
  cli.print(
    `${paint('bold', `#${run.number} ${run.name ?? run.kind}`)} ${paintPhase(run.phase, paint)} ${run.message ?? run.waiting ?? ''}`,
  )

  if (run.cause !== null) cli.print(paint('red', run.cause))
  if (run.trial !== null) cli.print(`  sweep #${run.sweep}, trial ${run.trial + 1}`)
  else if (run.sweep !== null) cli.print(`  ${cli.formatMessage('run_again_since', { number: run.sweep })}`)
  if (run.command) cli.print(commandLines(run.command))
  if (Object.keys(run.params).length > 0) cli.print(`  ${formatPairs(run.params)}`)

  const { host } = run
  if (host)
    cli.print(
      paint(
        'dim',
        `  ${host.workDir}${host.git ? ` @ ${host.git.commit.slice(0, 12)}${host.git.isDirty ? '+' : ''}` : ''}  ${host.python ? `Python ${host.python.version}` : ''}`,
      ),
    )

  if (run.note) cli.print(`  ${run.note}`)
  if (run.tags.length > 0) cli.print(`  ${paint('cyan', run.tags.join(' '))}`)
  if (run.origin) cli.print(`  ${run.origin.kind} #${run.origin.run ?? '?'}`)
  if (run.snapshot) cli.print(paint('dim', `  code ${run.snapshot.slice(0, 12)}`))
  if (run.ranOn) cli.print(paint('dim', `  ${ranOnText(cli, run.ranOn)}`))

  const rows = Object.entries(run.metrics).map(([name, summary]) => [
    `  ${name}`,
    ...[summary.last, summary.min, summary.max, summary.mean, summary.count].map(formatNumber),
  ])
  if (rows.length > 0)
    cli.print(formatTable([['  METRIC', 'LAST', 'MIN', 'MAX', 'MEAN', 'COUNT'], ...rows], cli.columns))

  for (const attempt of run.attempts)
    cli.print(
      `  attempt ${attempt.n}: ${attempt.state}${attempt.reason ? ` ${attempt.reason}` : ''}${attempt.exitCode === null ? '' : ` (${attempt.exitCode})`}, ${attempt.delivery.received} records${attempt.delivery.lost > 0 ? paint('red', `, ${attempt.delivery.lost} lost`) : ''}`,
    )
  for (const file of artifacts)
    cli.print(`  ${file.path}  ${file.sizeBytes} B  ${paint('dim', file.sha256.slice(0, 12))}`)
}

/**
 * Formats the Python interpreter and the environment that a run used, and the image that its document requests. Images
 * are not used.
 */
function ranOnText(cli: Cli, { python, environment, imageAsked }: NonNullable<RunDetailView['ranOn']>): string {
  return cli.formatMessage('ran_on', {
    python: python ? `Python ${python.version} (${python.executable})` : '-',
    environment: environment ? cli.formatMessage('ran_on_environment', { hash: environment.slice(0, 12) }) : '',
    image: imageAsked ? cli.formatMessage('ran_on_image', { image: imageAsked }) : '',
  })
}

/** Flags of `hagane logs`. */
export interface LogFlags {
  readonly follow?: boolean
  readonly tail?: number
  readonly attempt?: number
}

const POLL_MS = 300

/**
 * `hagane logs`: prints the output of a run byte for byte. With `--follow` prints further output until the run ends.
 */
export async function logs(cli: Cli, number: string, flags: LogFlags): Promise<void> {
  const client = requireClient(cli)

  if (flags.attempt !== undefined) {
    const { attempts } = await client.call('getRun', { params: { run: number } })
    if (!attempts.some(({ n }) => n === flags.attempt))
      throw new CliExit(EXIT.notFound, cli.formatMessage('attempt_none', { number, attempt: flags.attempt }))
  }

  let cursor: string | undefined
  for (;;) {
    // The phase is read before the logs: if the run has ended by then, the pages that are read next contain all of its
    // output.
    const run = flags.follow ? await client.call('getRun', { params: { run: number } }) : undefined
    const response = await client.fetch('getLogs', {
      params: { run: number },
      query: { attempt: flags.attempt, ...(cursor === undefined ? { tail: flags.tail } : { cursor }) },
    })

    const bytes = new Uint8Array(await response.arrayBuffer())
    cursor = response.headers.get('x-hagane-cursor') ?? '0'

    if (bytes.length > 0) await cli.printBytes(bytes)
    if (bytes.length > 0) continue
    if (!run || isTerminal(run.phase)) return
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}
