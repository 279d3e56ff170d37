import { LIMITS } from '../../contract/limits.ts'
import type { RunDetailView, WireNumber } from '../../contract/run.ts'
import type { PointView } from '../../contract/tracking.ts'
import { toMetricName } from '../../core/filter/parse-filter.ts'
import { requireClient } from '../client.ts'
import type { Client } from '../client.ts'
import type { Cli } from '../context.ts'
import { formatTable } from '../format-table.ts'
import { formatNumber } from '../output.ts'
import { createPaint } from '../screen.ts'
import type { Style } from '../screen.ts'
import { drawChart, isDrawn } from '../plot.ts'
import type { Line } from '../plot.ts'

/** Flags of `hagane metrics`. */
export interface MetricFlags {
  readonly plot?: boolean
  readonly with: readonly string[]
  readonly json?: boolean
}

/**
 * `hagane metrics RUN [NAME]`: prints the points of a metric or a chart of it. Without a name, lists the metrics of the
 * run.
 */
export async function metrics(cli: Cli, number: string, name: string | undefined, flags: MetricFlags): Promise<void> {
  const client = requireClient(cli)
  if (name === undefined) return await listMetrics(cli, client, number, flags)
  if (flags.plot) return plot(cli, await Promise.all([number, ...flags.with].map((run) => readLine(client, run, name))))
  const points = await readPoints(client, number, await findName(client, number, name))
  if (flags.json) return cli.print(JSON.stringify(points))
  const rows = points.map((point) => [String(point.step), point.time, String(point.value)])
  cli.print(
    rows.length === 0 ? [cli.formatMessage('nothing')] : formatTable([['STEP', 'TIME', 'VALUE'], ...rows], cli.columns),
  )
}

async function listMetrics(cli: Cli, client: Client, number: string, flags: MetricFlags): Promise<void> {
  const run = await client.call('getRun', { params: { run: number } })
  if (flags.json) return cli.print(JSON.stringify(run.metrics))
  const rows = Object.entries(run.metrics).map(([key, summary]) => [
    key,
    formatNumber(summary.last),
    String(summary.count),
  ])
  cli.print(
    rows.length === 0
      ? [cli.formatMessage('nothing')]
      : formatTable([['METRIC', 'LAST', 'COUNT'], ...rows], cli.columns),
  )
}

/**
 * Returns the metric of a run that `text` names: `text` is its name, or its name as written in filters, such as `m."val
 * loss"`.
 */
function nameIn({ metrics }: RunDetailView, text: string): string {
  return Object.hasOwn(metrics, text) ? text : toMetricName(text)
}

async function findName(client: Client, run: string, text: string): Promise<string> {
  return /^(m|sys)\./.test(text) ? nameIn(await client.call('getRun', { params: { run } }), text) : text
}

async function readPoints(client: Client, run: string, name: string): Promise<PointView[]> {
  const points: PointView[] = []
  for (;;) {
    const page = await client.call('getMetric', {
      params: { run, name },
      query: { from: points.length, limit: LIMITS.pointsPageMax },
    })
    for (const point of page) points.push(point)
    if (page.length < LIMITS.pointsPageMax) return points
  }
}

/**
 * Number of buckets that a long series is divided into for a chart. A series with at most this many points is drawn
 * point by point.
 */
const BUCKETS = 500
const [COLUMNS_DEFAULT, COLUMNS_MIN, COLUMNS_MAX, ROWS, AXIS_COLUMNS] = [80, 10, 160, 15, 14]
const LINE_STYLES: readonly Style[] = ['cyan', 'yellow', 'green', 'red', 'bold']

/**
 * Reads the points of a run for a chart: all points of a short series; the minimum and the maximum of each bucket of a
 * long one.
 */
async function readLine(client: Client, run: string, text: string): Promise<Line> {
  const detail = await client.call('getRun', { params: { run } })
  const name = nameIn(detail, text)
  const isShort = (detail.metrics[name]?.count ?? 0) <= BUCKETS

  const points = isShort
    ? (await readPoints(client, run, name)).map((point) => [point.step, toNumber(point.value)] as const)
    : (await client.call('getBuckets', { params: { run, name }, query: { buckets: BUCKETS } })).flatMap((bucket) => [
        [toNumber(bucket.firstStep), toNumber(bucket.min)] as const,
        [toNumber(bucket.lastStep), toNumber(bucket.max)] as const,
      ])

  return { label: `#${detail.number} ${detail.name ?? name}`, points }
}

function toNumber(value: WireNumber): number {
  return Number(value)
}

function plot(cli: Cli, lines: readonly Line[]): void {
  const paint = createPaint(cli.config.hasColor)
  const points = lines.flatMap((line) => line.points)
  const skipped = points.filter((point) => !isDrawn(point)).length
  if (skipped > 0) cli.printStatus(cli.formatMessage('plot_left', { left: skipped, points: points.length }))
  if (skipped === points.length) return cli.print(cli.formatMessage('nothing'))

  const columns = Math.max(COLUMNS_MIN, Math.min(COLUMNS_MAX, cli.columns ?? COLUMNS_DEFAULT) - AXIS_COLUMNS)
  const styleOf = (owner: number): Style => (owner < 0 ? 'dim' : LINE_STYLES[owner % LINE_STYLES.length]!)

  for (const row of drawChart(lines, { columns, rows: ROWS }))
    cli.print(row.map(({ text, owner }) => paint(styleOf(owner), text)).join(''))
  lines.forEach((line, index) => cli.print(paint(styleOf(index), `  ── ${line.label}`)))
}
