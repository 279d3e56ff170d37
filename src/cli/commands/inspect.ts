import { isTerminal } from '../../contract/run.ts'
import type { RunDetailView, RunView } from '../../contract/run.ts'
import type { RunPageView } from '../../contract/routes.ts'
import type { SweepView } from '../../contract/sweep.ts'
import type { ArtifactView, PointView } from '../../contract/tracking.ts'
import { LIMITS } from '../../contract/limits.ts'
import { requireClient } from '../client.ts'
import type { Client } from '../client.ts'
import type { Cli } from '../context.ts'
import { createPaint, formatNumber, plainText, table } from '../output.ts'
import type { Paint, Style } from '../output.ts'
import { sweepProgress } from './run.ts'

export interface ListFlags {
  readonly sweeps?: boolean
  readonly sweep?: string
  readonly phase?: string
  readonly limit?: string
  readonly json?: boolean
}

const STYLES: Partial<Record<string, Style>> = { succeeded: 'green', done: 'green', failed: 'red', running: 'cyan', stopped: 'yellow', unknown: 'yellow' }

/** `hagane ls`: runs newest first, the trials of a sweep, or sweeps. */
export async function ls(cli: Cli, flags: ListFlags): Promise<void> {
  const client = requireClient(cli)
  const paint = createPaint(cli.config.hasColor)
  if (flags.sweeps) {
    const sweeps = await client.call<SweepView[]>('listSweeps', { query: { limit: flags.limit ?? 100 } })
    if (flags.json) return cli.print(JSON.stringify(sweeps))
    return showTable(
      cli,
      ['#', 'NAME', 'METHOD', 'PHASE', 'TRIALS', 'BEST'],
      sweeps.map((sweep) => sweepRow(sweep, paint)),
    )
  }
  const runs = await listAll(client, flags)
  if (flags.json) return cli.print(JSON.stringify(runs))
  showTable(
    cli,
    ['#', 'KIND', 'PHASE', 'PARAMS', 'METRICS'],
    runs.map((run) => runRow(run, paint)),
  )
}

/** All trials of a sweep, in the order they were made; otherwise one page. */
async function listAll(client: Client, flags: ListFlags): Promise<RunView[]> {
  const limit = flags.limit === undefined ? (flags.sweep === undefined ? 100 : LIMITS.runsPageMax) : Number(flags.limit)
  const runs: RunView[] = []
  let cursor: string | undefined
  for (;;) {
    const page = await client.call<RunPageView>('listRuns', {
      query: { limit: Math.min(limit, LIMITS.runsPageMax), sweep: flags.sweep, filter: flags.phase && `phase = ${flags.phase}`, cursor },
    })
    runs.push(...page.runs)
    if (page.next === null || flags.sweep === undefined || flags.limit !== undefined) break
    cursor = page.next
  }
  return flags.sweep === undefined ? runs : runs.reverse()
}

function showTable(cli: Cli, head: string[], rows: string[][]): void {
  cli.print(rows.length === 0 ? cli.text('nothing') : table([head, ...rows]))
}

function sweepRow(sweep: SweepView, paint: Paint): string[] {
  const { succeeded = 0, failed = 0, stopped = 0 } = sweep.counts
  return [
    `${sweep.number}`,
    sweep.name ?? '-',
    sweep.method,
    phase(sweep.phase, paint),
    `${succeeded + failed + stopped}/${sweep.trials ?? '∞'}`,
    sweep.best ? `${sweep.best.metric}=${formatNumber(sweep.best.value)} (#${sweep.best.number})` : '-',
  ]
}

function runRow(run: RunView, paint: Paint): string[] {
  const metrics = Object.entries(run.metrics)
    .filter(([name]) => !name.startsWith('system.'))
    .slice(0, 4)
  return [
    `${run.number}`,
    run.kind,
    phase(run.phase, paint),
    pairs(run.params),
    metrics.map(([name, summary]) => `${name}=${formatNumber(summary.last)}`).join(' '),
  ]
}

function phase(name: string, paint: Paint): string {
  const style = STYLES[name]
  return style ? paint(style, name) : name
}

function pairs(values: Readonly<Record<string, unknown>>): string {
  return plainText(
    Object.entries(values)
      .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(' '),
  )
}

/** `hagane show`: a run or a sweep by its number. */
export async function show(cli: Cli, number: string, flags: { json?: boolean }): Promise<void> {
  const client = requireClient(cli)
  const { kind } = await client.call<{ kind: 'run' | 'sweep' }>('resolve', { params: { number } })
  if (kind === 'sweep') return showSweep(cli, await client.call<SweepView>('getSweep', { params: { sweep: number } }), flags)
  const run = await client.call<RunDetailView>('getRun', { params: { run: number } })
  if (flags.json) return cli.print(JSON.stringify(run))
  showRun(cli, run, await client.call<ArtifactView[]>('listArtifacts', { params: { run: number } }))
}

function showSweep(cli: Cli, sweep: SweepView, flags: { json?: boolean }): void {
  if (flags.json) return cli.print(JSON.stringify(sweep))
  const paint = createPaint(cli.config.hasColor)
  cli.print(`${paint('bold', `#${sweep.number} ${sweep.name ?? ''}`)} ${phase(sweep.phase, paint)} ${sweep.reason ?? ''}`)
  cli.print(`  ${sweep.method}, concurrency ${sweep.concurrency}, seed ${sweep.seed}`)
  cli.print(`  ${sweepProgress(cli, sweep)}`)
  if (sweep.best) cli.print(`  #${sweep.best.number}: ${pairs(sweep.best.params)}`)
}

function showRun(cli: Cli, run: RunDetailView, artifacts: readonly ArtifactView[]): void {
  const paint = createPaint(cli.config.hasColor)
  cli.print(`${paint('bold', `#${run.number} ${run.name ?? run.kind}`)} ${phase(run.phase, paint)} ${run.message ?? run.waiting ?? ''}`)
  if (run.sweep !== null) cli.print(`  sweep #${run.sweep}, trial ${run.trial}`)
  if (run.command) cli.print(`  $ ${plainText(run.command)}`)
  if (Object.keys(run.params).length > 0) cli.print(`  ${pairs(run.params)}`)
  const { host } = run
  if (host)
    cli.print(
      paint(
        'dim',
        `  ${host.workDir}${host.git ? ` @ ${host.git.commit.slice(0, 12)}${host.git.isDirty ? '+' : ''}` : ''}  ${host.python ? `Python ${host.python.version}` : ''}`,
      ),
    )
  const rows = Object.entries(run.metrics).map(([name, summary]) => [
    `  ${plainText(name)}`,
    ...[summary.last, summary.min, summary.max, summary.mean, summary.count].map(formatNumber),
  ])
  if (rows.length > 0) cli.print(table([['  METRIC', 'LAST', 'MIN', 'MAX', 'MEAN', 'COUNT'], ...rows]))
  for (const attempt of run.attempts)
    cli.print(
      `  attempt ${attempt.n}: ${attempt.state}${attempt.reason ? ` ${attempt.reason}` : ''}${attempt.exitCode === null ? '' : ` (${attempt.exitCode})`}, ${attempt.delivery.received} records${attempt.delivery.lost > 0 ? paint('red', `, ${attempt.delivery.lost} lost`) : ''}`,
    )
  for (const file of artifacts) cli.print(`  ${plainText(file.path)}  ${file.sizeBytes} B  ${paint('dim', file.sha256.slice(0, 12))}`)
}

export interface LogFlags {
  readonly follow?: boolean
  readonly tail?: string
  readonly attempt?: string
}

const POLL_MS = 300

/** `hagane logs`: what a run printed, byte for byte. */
export async function logs(cli: Cli, number: string, flags: LogFlags): Promise<void> {
  const client = requireClient(cli)
  let cursor: string | undefined
  for (;;) {
    // Whether the run has ended is read first: what it wrote until then is then surely in the page.
    const run = flags.follow ? await client.call<RunView>('getRun', { params: { run: number } }) : undefined
    const response = await client.fetch('getLogs', {
      params: { run: number },
      query: { attempt: flags.attempt, ...(cursor === undefined ? { tail: flags.tail } : { cursor }) },
    })
    const bytes = new Uint8Array(await response.arrayBuffer())
    cursor = response.headers.get('x-hagane-cursor') ?? '0'
    await write(bytes)
    if (bytes.length > 0) continue
    if (!run || isTerminal(run.phase)) return
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

async function write(bytes: Uint8Array): Promise<void> {
  if (bytes.length > 0) await new Promise<void>((resolve) => process.stdout.write(bytes, () => resolve()))
}

/** `hagane metrics RUN [NAME]`: the points of a series; without a name, which series there are. */
export async function metrics(cli: Cli, number: string, name: string | undefined, flags: { json?: boolean }): Promise<void> {
  const client = requireClient(cli)
  if (name === undefined) {
    const run = await client.call<RunDetailView>('getRun', { params: { run: number } })
    if (flags.json) return cli.print(JSON.stringify(run.metrics))
    return showTable(
      cli,
      ['METRIC', 'LAST', 'COUNT'],
      Object.entries(run.metrics).map(([key, summary]) => [plainText(key), formatNumber(summary.last), String(summary.count)]),
    )
  }
  const points: PointView[] = []
  for (;;) {
    const page = await client.call<PointView[]>('getMetric', { params: { run: number, name }, query: { from: points.length, limit: LIMITS.pointsPageMax } })
    for (const point of page) points.push(point)
    if (page.length < LIMITS.pointsPageMax) break
  }
  if (flags.json) return cli.print(JSON.stringify(points))
  showTable(
    cli,
    ['STEP', 'TIME', 'VALUE'],
    points.map((point) => [String(point.step), point.time, String(point.value)]),
  )
}

/** `hagane stop`: asks runs and sweeps to stop. */
export async function stop(cli: Cli, numbers: readonly string[], flags: { json?: boolean }): Promise<void> {
  const client = requireClient(cli)
  for (const number of numbers) {
    const { kind } = await client.call<{ kind: 'run' | 'sweep' }>('resolve', { params: { number } })
    await client.call(kind === 'run' ? 'stopRun' : 'stopSweep', { params: { [kind]: number } })
    if (flags.json) cli.print(JSON.stringify({ kind, number: Number(number.replace('#', '')), stopping: true }))
    else cli.say(cli.text('stopped', { what: kind, number: number.replace('#', '') }))
  }
}
