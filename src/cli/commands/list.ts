import { csvLine, toCsvValue } from '../../contract/csv.ts'
import { LIMITS } from '../../contract/limits.ts'
import type { Directions, SavedViewView } from '../../contract/project.ts'
import type { RunPageView } from '../../contract/routes/runs.ts'
import { EXIT } from '../../contract/errors.ts'
import type { RunView } from '../../contract/run.ts'
import { measureName } from '../../contract/measure.ts'
import type { SweepView } from '../../contract/sweep.ts'
import type { Field } from '../../core/filter/filter.ts'
import { formatField, formatFilter } from '../../core/filter/format.ts'
import { parseColumn, parseFilter, splitFields } from '../../core/filter/parse-filter.ts'
import { requireClient } from '../client.ts'
import type { Client } from '../client.ts'
import { formatTable } from '../format-table.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'
import { formatDuration, formatNumber, paintPhase, formatPairs, formatValue } from '../output.ts'
import { findProject } from '../project.ts'
import { allFields, allSweepColumns, runColumn, sweepColumn } from '../run-fields.ts'
import type { Column } from '../run-fields.ts'
import { createPaint } from '../screen.ts'
import type { Paint } from '../screen.ts'

/** Flags of `hagane ls`. */
export interface ListFlags {
  readonly filter?: string
  readonly query?: string
  readonly sort?: string
  readonly sweeps?: boolean
  readonly sweep?: string
  readonly phase?: string
  readonly project?: string
  readonly limit?: number
  readonly trash?: boolean
  readonly view?: string
  readonly columns?: string
  readonly count?: boolean
  readonly json?: boolean
  readonly csv?: boolean
}

const LIMIT_DEFAULT = 100

/** `hagane ls`: lists runs (the newest first by default), the trials of a sweep, or sweeps. */
export async function ls(cli: Cli, flags: ListFlags): Promise<void> {
  const client = requireClient(cli)
  if (flags.sweeps) return await listSweeps(cli, client, flags)

  const view = await findView(cli, client, flags)
  const fields = (flags.columns === undefined ? (view?.columns ?? []) : splitFields(flags.columns)).map(parseColumn)
  const columnContext = { directions: await findDirections(client, fields), now: Date.now() }

  const request = {
    filter: toFilter(flags, view),
    sort: flags.sort ?? view?.sort,
    fields: flags.csv ? requestedFieldsOf(fields) : undefined,
  }
  const page = await listRuns(cli, client, flags, request)

  for (const hint of page.hints) cli.printStatus(cli.formatMessage('filter_hint', { hint }))
  for (const field of page.runs.length > 0 ? fields : [])
    if (!page.runs.some((run) => hasField(run, field)))
      cli.printStatus(cli.formatMessage('column_hint', { hint: formatField(field) }))

  if (flags.count) cli.printStatus(cli.formatMessage('bulk_matched', { matched: page.total ?? 0 }))
  if (flags.json) return cli.print(JSON.stringify(page.runs))

  const columns = (flags.csv && fields.length === 0 ? allFields(page.runs) : fields).map((field) =>
    runColumn(field, columnContext),
  )
  if (flags.csv) return printCsv(cli, page.runs, columns)

  const paint = createPaint(cli.config.hasColor)
  const rows =
    fields.length === 0
      ? [['#', 'KIND', 'PHASE', 'PARAMS', 'METRICS'], ...page.runs.map((run) => runRow(run, paint))]
      : [
          ['#', ...columns.map(({ name }) => name.toUpperCase())],
          ...page.runs.map((run) => [
            String(run.number),
            ...columns.map((column, index) => cell(column.valueOf(run), fields[index]!, paint)),
          ]),
        ]

  cli.print(page.runs.length === 0 ? cli.formatMessage('nothing') : formatTable(rows, cli.columns))
}

async function findView(cli: Cli, client: Client, flags: ListFlags): Promise<SavedViewView | undefined> {
  if (flags.view === undefined) return undefined
  const views = await client.call('listViews', {
    params: { project: findProject(cli, flags.project) ?? 'default' },
  })
  const view = views.find((item) => item.name === flags.view)
  if (!view) throw new CliExit(EXIT.notFound, cli.formatMessage('view_none', { name: flags.view }))
  return view
}

/**
 * Returns for each project, by name, whether its metrics are to be minimised or maximised. The map is empty if no
 * column shows the best value of a metric.
 */
async function findDirections(client: Client, fields: readonly Field[]): Promise<Map<string, Directions>> {
  const isNeeded = fields.some((field) => field.kind === 'metric' && field.part === 'best')
  const projects = isNeeded ? await client.call('listProjects') : []
  return new Map(projects.map((project) => [project.name, project.directions]))
}

/**
 * Joins the conditions of the saved view and of the flags with `and`; undefined without conditions. Each condition is
 * first rewritten in the syntax of Hagane, because one in the syntax of Polyaxon cannot be put in brackets. Throws
 * FilterError.
 */
function toFilter(flags: ListFlags, view: SavedViewView | undefined): string | undefined {
  const parts = [view?.filter, flags.filter ?? flags.query, flags.phase && `phase = ${flags.phase}`].filter(
    (part): part is string => part !== undefined && part !== '',
  )
  return parts.length <= 1 ? parts[0] : parts.map((part) => `(${formatFilter(parseFilter(part))})`).join(' and ')
}

/**
 * Returns the parameters and metrics to request for each run; undefined requests all of them. If the columns show none,
 * the result is `number`, which requests neither parameters nor metrics.
 */
function requestedFieldsOf(fields: readonly Field[]): string | undefined {
  return fields.length === 0
    ? undefined
    : fields
        .filter(({ kind }) => kind !== 'column')
        .map(formatField)
        .join(',') || 'number'
}

/** Filter and sort order of the requested runs, and the parameters and metrics to return for each. */
interface ListRequest {
  readonly filter: string | undefined
  readonly sort: string | undefined
  readonly fields: string | undefined
}

/**
 * Reads pages of runs until `--limit`. The default limit is 100; there is none for CSV and for the trials of a sweep.
 * Trials of a sweep are sorted by number unless a sort order is given.
 */
async function listRuns(
  cli: Cli,
  client: Client,
  flags: ListFlags,
  { filter, sort, fields }: ListRequest,
): Promise<RunPageView> {
  const runsMax = flags.limit ?? (flags.sweep !== undefined || flags.csv ? Infinity : LIMIT_DEFAULT)

  const query = {
    filter,
    sort: sort ?? (flags.sweep === undefined ? undefined : 'number'),
    sweep: flags.sweep,
    trash: flags.trash ? 'true' : undefined,
    count: flags.count ? 'true' : undefined,
    project: flags.sweep === undefined ? findProject(cli, flags.project) : undefined,
    fields,
  }

  const read = (cursor: string | undefined, left: number): Promise<RunPageView> =>
    client.call('listRuns', { query: { ...query, limit: Math.min(left, LIMITS.runsPageMax), cursor } })

  const first = await read(undefined, runsMax)
  const runs = [...first.runs]
  for (let { next } = first; next !== null && runs.length < runsMax;) {
    const page = await read(next, runsMax - runs.length)
    for (const run of page.runs) runs.push(run)
    next = page.next
  }

  return { ...first, runs }
}

async function listSweeps(cli: Cli, client: Client, flags: ListFlags): Promise<void> {
  const columns = splitFields(flags.columns ?? '').map(sweepColumn)
  const sweeps = await readSweeps(cli, client, flags)

  if (flags.json) return cli.print(JSON.stringify(sweeps))
  if (flags.csv) return printCsv(cli, sweeps, columns.length === 0 ? allSweepColumns(sweeps) : columns)

  const paint = createPaint(cli.config.hasColor)
  const rows =
    columns.length === 0
      ? [['#', 'NAME', 'METHOD', 'PHASE', 'TRIALS', 'BEST'], ...sweeps.map((sweep) => sweepRow(sweep, paint))]
      : [
          ['#', ...columns.map(({ name }) => name.toUpperCase())],
          ...sweeps.map((sweep) => [
            String(sweep.number),
            ...columns.map(({ valueOf }) => formatValue(valueOf(sweep) ?? '-')),
          ]),
        ]

  cli.print(sweeps.length === 0 ? cli.formatMessage('nothing') : formatTable(rows, cli.columns))
  for (const { number, notices } of sweeps)
    for (const { message } of notices) cli.print(`#${number}: ${paint('yellow', message)}`)
}

async function readSweeps(cli: Cli, client: Client, flags: ListFlags): Promise<SweepView[]> {
  const runsMax = flags.limit ?? (flags.csv ? Infinity : LIMIT_DEFAULT)
  const query = { project: findProject(cli, flags.project), trash: flags.trash ? 'true' : undefined }
  const sweeps: SweepView[] = []

  for (;;) {
    const limit = Math.min(runsMax - sweeps.length, LIMITS.runsPageMax)
    const page = await client.call('listSweeps', {
      query: { ...query, limit, before: sweeps.at(-1)?.number },
    })
    for (const sweep of page) sweeps.push(sweep)
    if (page.length < limit || sweeps.length >= runsMax) return sweeps
  }
}

function printCsv<Row>(cli: Cli, rows: readonly Row[], columns: readonly Column<Row>[]): void {
  cli.printDocument(csvLine(columns.map(({ name }) => name)))
  for (const row of rows) cli.printDocument(csvLine(columns.map(({ valueOf }) => toCsvValue(valueOf(row)))))
}

function sweepRow(sweep: SweepView, paint: Paint): string[] {
  const { succeeded = 0, failed = 0, stopped = 0 } = sweep.counts
  return [
    `${sweep.number}`,
    sweep.name ?? '-',
    sweep.method,
    paintPhase(sweep.isPaused ? 'paused' : sweep.phase, paint),
    `${succeeded + failed + stopped}/${sweep.trials ?? '∞'}`,
    sweep.best ? `${measureName(sweep.best)}=${formatNumber(sweep.best.value)} (#${sweep.best.number})` : '-',
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
    formatPairs(run.params),
    metrics.map(([name, summary]) => `${name}=${formatNumber(summary.last)}`).join(' '),
  ]
}

function hasField(run: RunView, field: Field): boolean {
  return field.kind === 'column' || Object.hasOwn(field.kind === 'param' ? run.params : run.metrics, field.name)
}

/** Formats a value of a run for a table; `-` if it is undefined. Metrics get five significant digits. */
function cell(value: unknown, field: Field, paint: Paint): string {
  if (value === undefined) return '-'
  if (field.kind === 'metric') return formatNumber(value)
  if (field.kind === 'column' && field.name === 'phase') return paintPhase(String(value), paint)
  if (field.kind === 'column' && field.name === 'duration') return formatDuration(Number(value))
  return formatValue(value)
}
