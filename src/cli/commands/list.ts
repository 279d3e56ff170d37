import { LIMITS } from '../../contract/limits.ts'
import type { ProjectView, ViewView } from '../../contract/project.ts'
import type { RunPageView } from '../../contract/routes.ts'
import { EXIT } from '../../contract/errors.ts'
import type { RunView } from '../../contract/run.ts'
import { measureName } from '../../contract/measure.ts'
import type { SweepView } from '../../contract/sweep.ts'
import { toField } from '../../core/filter/field.ts'
import type { Field } from '../../core/filter/filter.ts'
import { formatFilter } from '../../core/filter/format.ts'
import { parseFilter } from '../../core/filter/parse.ts'
import { requireClient } from '../client.ts'
import type { Client } from '../client.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'
import { createPaint, formatDuration, formatNumber, paintPhase, pairs, plainText, table } from '../output.ts'
import type { Paint } from '../output.ts'
import { chosenProject } from '../project.ts'

export interface ListFlags {
  readonly filter?: string
  readonly query?: string
  readonly sort?: string
  readonly sweeps?: boolean
  readonly sweep?: string
  readonly phase?: string
  readonly project?: string
  readonly limit?: string
  readonly trash?: boolean
  readonly view?: string
  readonly columns?: string
  readonly count?: boolean
  readonly json?: boolean
}

const LIMIT_DEFAULT = 100

/** `hagane ls`: runs newest first or in an order, the trials of a sweep, or sweeps. */
export async function ls(cli: Cli, flags: ListFlags): Promise<void> {
  const client = requireClient(cli)
  const paint = createPaint(cli.config.hasColor)
  if (flags.sweeps) return await listSweeps(cli, client, flags)
  const view = await findView(cli, client, flags)
  const columns = (flags.columns ?? view?.columns.join(',') ?? '').split(',').filter(Boolean)
  const fields = columns.map((column) => ({ column, field: toField(column, 0) }))
  const needsDirections = fields.some(({ field }) => field.kind === 'metric' && field.part === 'best')
  const projects = needsDirections ? await client.call<ProjectView[]>('listProjects') : []
  const directions = new Map(projects.map((project) => [project.name, project.directions]))
  const page = await listRuns(cli, client, flags, { filter: toFilter(flags, view), sort: flags.sort ?? view?.sort })
  for (const hint of page.hints) cli.say(cli.text('filter_hint', { hint }))
  if (flags.count) cli.say(cli.text('bulk_matched', { matched: page.total ?? 0 }))
  if (flags.json) return cli.print(JSON.stringify(page.runs))
  const rows =
    fields.length === 0
      ? [['#', 'KIND', 'PHASE', 'PARAMS', 'METRICS'], ...page.runs.map((run) => runRow(run, paint))]
      : [
          ['#', ...columns.map((column) => column.toUpperCase())],
          ...page.runs.map((run) => [String(run.number), ...fields.map(({ field }) => cell(run, field, { paint, directions }))]),
        ]
  cli.print(page.runs.length === 0 ? cli.text('nothing') : table(rows))
}

async function findView(cli: Cli, client: Client, flags: ListFlags): Promise<ViewView | undefined> {
  if (flags.view === undefined) return undefined
  const views = await client.call<ViewView[]>('listViews', { params: { project: chosenProject(cli, flags.project) ?? 'default' } })
  const view = views.find((item) => item.name === flags.view)
  if (!view) throw new CliExit(EXIT.notFound, cli.text('view_none', { name: flags.view }))
  return view
}

/** Conditions from all sides, joined in our form: one in Polyaxon's cannot stand in brackets. Throws FilterError. */
function toFilter(flags: ListFlags, view: ViewView | undefined): string | undefined {
  const parts = [view?.filter, flags.filter ?? flags.query, flags.phase && `phase = ${flags.phase}`].filter(
    (part): part is string => part !== undefined && part !== '',
  )
  return parts.length <= 1 ? parts[0] : parts.map((part) => `(${formatFilter(parseFilter(part))})`).join(' and ')
}

/** One page; all trials of a sweep, in the order they were made. */
async function listRuns(
  cli: Cli,
  client: Client,
  flags: ListFlags,
  { filter, sort }: { filter: string | undefined; sort: string | undefined },
): Promise<RunPageView> {
  const isWhole = flags.sweep !== undefined && flags.limit === undefined
  const limit = isWhole ? LIMITS.runsPageMax : Number(flags.limit ?? LIMIT_DEFAULT)
  const query = {
    filter,
    sort: sort ?? (flags.sweep === undefined ? undefined : 'number'),
    sweep: flags.sweep,
    trash: flags.trash ? 'true' : undefined,
    count: flags.count ? 'true' : undefined,
    project: flags.sweep === undefined ? chosenProject(cli, flags.project) : undefined,
  }
  const wanted = isWhole ? Infinity : limit
  const first = await client.call<RunPageView>('listRuns', { query: { ...query, limit: Math.min(limit, LIMITS.runsPageMax) } })
  const runs = [...first.runs]
  let { next } = first
  while (next !== null && runs.length < wanted) {
    const size = Math.min(wanted - runs.length, LIMITS.runsPageMax)
    const page: RunPageView = await client.call('listRuns', { query: { ...query, limit: size, cursor: next } })
    runs.push(...page.runs)
    next = page.next
  }
  return { ...first, runs }
}

async function listSweeps(cli: Cli, client: Client, flags: ListFlags): Promise<void> {
  const query = { limit: flags.limit ?? LIMIT_DEFAULT, project: chosenProject(cli, flags.project), trash: flags.trash ? 'true' : undefined }
  const sweeps = await client.call<SweepView[]>('listSweeps', { query })
  if (flags.json) return cli.print(JSON.stringify(sweeps))
  const paint = createPaint(cli.config.hasColor)
  const rows = sweeps.map((sweep) => sweepRow(sweep, paint))
  cli.print(rows.length === 0 ? cli.text('nothing') : table([['#', 'NAME', 'METHOD', 'PHASE', 'TRIALS', 'BEST'], ...rows]))
  for (const { number, notices } of sweeps) for (const { message } of notices) cli.print(`#${number}: ${paint('yellow', plainText(message))}`)
}

function sweepRow(sweep: SweepView, paint: Paint): string[] {
  const { succeeded = 0, failed = 0, stopped = 0 } = sweep.counts
  return [
    `${sweep.number}`,
    sweep.name ?? '-',
    sweep.method,
    paintPhase(sweep.isPaused ? 'paused' : sweep.phase, paint),
    `${succeeded + failed + stopped}/${sweep.trials ?? '∞'}`,
    sweep.best ? `${plainText(measureName(sweep.best))}=${formatNumber(sweep.best.value)} (#${sweep.best.number})` : '-',
  ]
}

function runRow(run: RunView, paint: Paint): string[] {
  const metrics = Object.entries(run.metrics)
    .filter(([name]) => !name.startsWith('system.'))
    .slice(0, 4)
  return [
    `${run.number}`,
    run.kind,
    paintPhase(run.phase, paint),
    pairs(run.params),
    metrics.map(([name, summary]) => `${plainText(name)}=${formatNumber(summary.last)}`).join(' '),
  ]
}

interface Showing {
  readonly paint: Paint
  /** By project: which way each metric is better. */
  readonly directions: ReadonlyMap<string, ProjectView['directions']>
}

/** What a run has in a column, as filters name it. */
function cell(run: RunView, field: Field, { paint, directions }: Showing): string {
  if (field.kind === 'param') return Object.hasOwn(run.params, field.name) ? plainText(String(run.params[field.name])) : '-'
  if (field.kind === 'metric') {
    const summary = Object.hasOwn(run.metrics, field.name) ? run.metrics[field.name] : undefined
    const best = directions.get(run.project)?.[field.name] === 'minimize' ? 'min' : 'max'
    return summary ? formatNumber(summary[field.part === 'best' ? best : field.part]) : '-'
  }
  if (field.name === 'phase') return paintPhase(run.phase, paint)
  if (field.name === 'tag') return plainText(run.tags.join(','))
  if (field.name === 'duration')
    return run.startedAt === null ? '-' : formatDuration(((run.endedAt ? Date.parse(run.endedAt) : Date.now()) - Date.parse(run.startedAt)) / 1000)
  const others = {
    created: run.createdAt,
    started: run.startedAt,
    ended: run.endedAt,
    attempts: run.attemptCount,
    trial: run.trial === null ? null : run.trial + 1,
  }
  const value = { ...run, ...others }[field.name as keyof RunView]
  return value === null || value === undefined ? '-' : plainText(String(value))
}
