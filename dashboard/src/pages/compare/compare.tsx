import { useQueries } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { ReactElement, ReactNode } from 'react'

import type { RunDetailView, WireNumber } from '../../../../src/contract/run.ts'
import { call } from '../../api/client.ts'
import { useProjects, useRunPage, useSeries, useSetDirection } from '../../api/queries.ts'
import type { EnvironmentView, ManifestView } from '../../api/queries.ts'
import { RunPanel } from '../../charts/line-panel.tsx'
import type { PanelSettings } from '../../charts/line-panel.tsx'
import { formatDuration, formatNumber, formatValue, secondsBetween } from '../../format.ts'
import { paths, runName, runTitle } from '../../paths.ts'
import { changeQuery, usePageAddress } from '../../state/location.ts'
import { readList, writeList } from '../../state/query-lists.ts'
import { useNow } from '../../state/now.ts'
import { t } from '../../texts/texts.ts'
import { IconButton, Link, Menu, SegmentedControl } from '../../ui/controls.tsx'
import { useTitle } from '../../ui/page.tsx'
import { NumberedName } from '../../ui/numbered-name.tsx'
import { PhaseIcon } from '../../ui/phase.tsx'
import { looksOf, LineSample } from '../../ui/run-look.tsx'
import { Empty, ErrorNotice, Loading } from '../../ui/states.tsx'
import { CodeDiff } from './compare-code.tsx'
import { DirectionButton } from '../runs/direction-button.tsx'
import { toRows, areEqual } from './compare-rows.ts'
import type { FactRow } from './compare-rows.ts'
import { metricsOf, toDrawnRuns } from '../runs/run-charts.tsx'
import type { Direction } from '../../../../src/contract/project.ts'

const RUNS_MAX = 30
const CHARTS_MAX = 4

/**
 * The page that compares runs with a base run, side by side: results, then sections of facts, with charts and the
 * differences of the code. In each section the facts that differ come first.
 */
export function Compare({ project }: { readonly project: string }): ReactElement {
  const { query } = usePageAddress()
  const requested = [
    ...new Set((query.get('runs') ?? '').split(',').flatMap((text) => (/^\d{1,12}$/.test(text) ? [Number(text)] : []))),
  ]
  const numbers = requested.slice(0, RUNS_MAX)

  const base = Number(query.get('base')) || numbers[0]
  const ordered =
    base === undefined ? numbers : [base, ...numbers.filter((number) => number !== base)].slice(0, RUNS_MAX)

  const [isAll, setAll] = useState(false)
  useTitle(t('compare'), project)
  const found = useQueries({
    queries: ordered.map((number) => ({
      queryKey: ['run', String(number)],
      queryFn: () => call<RunDetailView>(`/runs/${number}`),
    })),
  })

  const problem = found.find(({ error }) => error)?.error
  const runs = found.flatMap(({ data }) => data ?? [])
  const setRuns = (next: readonly number[]): void =>
    changeQuery({ runs: next.length === 0 ? null : next.join(','), base: null })

  return (
    <>
      <div className="head">
        <h1>{t('compare_n', { n: ordered.length })}</h1>
        {requested.length > ordered.length && (
          <span className="warn">{t('compare_cut', { n: ordered.length, total: requested.length })}</span>
        )}
        <span className="grow" />
        <SegmentedControl
          label={t('rows_shown')}
          value={isAll ? 'all' : 'differences'}
          choices={[
            ['differences', t('differences_first')],
            ['all', t('all_rows')],
          ]}
          onChoose={(value) => setAll(value === 'all')}
        />
        {ordered.length < RUNS_MAX && (
          <AddRun project={project} known={ordered} onAdd={(number) => setRuns([...ordered, number])} />
        )}
      </div>
      {problem && <ErrorNotice error={problem} />}
      {ordered.length === 0 ? (
        <Empty title={t('compare_none')} text={t('compare_how')} />
      ) : runs.length < ordered.length && !problem ? (
        <Loading what={t('compare')} />
      ) : runs.length === 0 ? null : (
        <Table
          project={project}
          runs={runs}
          isAll={isAll}
          onBase={(number) => changeQuery({ base: String(number) })}
          onRemove={(number) => setRuns(ordered.filter((one) => one !== number))}
        />
      )}
    </>
  )
}

function AddRun({
  project,
  known,
  onAdd,
}: {
  readonly project: string
  readonly known: readonly number[]
  readonly onAdd: (number: number) => void
}): ReactElement {
  const { data } = useRunPage({ project, limit: 30 })

  return (
    <Menu label={t('add_run')} icon="plus" isBare={false}>
      {(data?.runs ?? [])
        .filter(({ number }) => !known.includes(number))
        .map((run) => (
          <button key={run.id} type="button" data-closes="" onClick={() => onAdd(run.number)}>
            <PhaseIcon phase={run.phase} />
            <span className="clip grow">{runName(run)}</span>
            <span className="dim small">#{run.number}</span>
          </button>
        ))}
    </Menu>
  )
}

interface TableProps {
  readonly project: string
  readonly runs: readonly RunDetailView[]
  readonly isAll: boolean
  readonly onBase: (number: number) => void
  readonly onRemove: (number: number) => void
}

function Table({ project, runs, isAll, onBase, onRemove }: TableProps): ReactElement {
  const now = useNow()
  const looks = looksOf(runs.map(({ id }) => id))
  const packages = usePackageVersions(runs)
  const files = useFileHashes(runs)

  const { data: projects = [] } = useProjects()
  const directions = projects.find(({ name }) => name === project)?.directions ?? {}
  const setDirection = useSetDirection(project)

  const metrics = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))]
    .filter((name) => !name.startsWith('system.'))
    .toSorted()
  const params = toRows(runs.map(({ params: own }) => own))
  const charts = metricsOf(runs).slice(0, CHARTS_MAX)

  const series = useSeries(
    runs.map(({ number }) => number),
    charts,
  )
  const drawn = useMemo(() => toDrawnRuns(runs), [runs])
  const { query } = usePageAddress()
  const settings: PanelSettings = {
    large: readList(query, 'large') ?? [],
    log: readList(query, 'log') ?? [],
    onChange: ({ large, log }) =>
      changeQuery({ ...(large && { large: writeList(large) }), ...(log && { log: writeList(log) }) }),
  }

  return (
    <div className="split compare">
      <div className="sideways">
        <table className="cmp" style={{ ['--runs' as string]: runs.length }}>
          <thead>
            <tr>
              <th scope="col">
                <span className="sr">{t('name')}</span>
              </th>
              {runs.map((run, i) => (
                <th key={run.id} scope="col" className={i === 0 ? 'base' : ''}>
                  <span className="name">
                    <LineSample look={looks.get(run.id)} />
                    <PhaseIcon phase={run.phase} />
                    <Link className="clip ink strong" to={paths.run(run.project, run.number)} title={runName(run)}>
                      <NumberedName text={runName(run)} />
                    </Link>
                  </span>
                  <span className="name under">
                    <small className="dim grow clip">
                      {i === 0 ? `#${run.number} · ${t('base')}` : `#${run.number}`}
                    </small>
                    {i > 0 && (
                      <IconButton
                        name="pin"
                        label={t('make_base', { name: runTitle(run) })}
                        onClick={() => onBase(run.number)}
                      />
                    )}
                    <IconButton
                      name="cross"
                      label={t('remove_run', { name: runTitle(run) })}
                      onClick={() => onRemove(run.number)}
                    />
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <Section title={t('result')} note={t('against_base')} width={runs.length} />
            {metrics.map((name) => (
              <NumberRow
                key={name}
                name={name}
                values={runs.map((run) => run.metrics[name]?.last)}
                direction={directions[name]}
                onDirection={(direction) => setDirection.mutate({ name, direction })}
              />
            ))}
            <NumberRow
              name={t('duration')}
              values={runs.map((run) => secondsBetween(run.startedAt, run.endedAt, now))}
              direction="minimize"
              format={(value) => formatDuration(value)}
            />
            <Rows title={t('parameters')} rows={params} width={runs.length} isAll={isAll} />
            <Rows
              title={t('code_and_command')}
              rows={toRows(
                runs.map((run) => ({
                  [t('command')]: run.command ?? undefined,
                  [t('commit')]: run.commit ?? undefined,
                  [t('branch')]: run.branch ?? undefined,
                  ...files.get(run.snapshot ?? ''),
                })),
              )}
              width={runs.length}
              isAll={isAll}
            />
            <Rows
              title={t('resources')}
              rows={toRows(
                runs.map(({ resources: { cpu, memoryMib, gpu, tpu } }) => ({
                  CPU: cpu,
                  [t('memory')]: memoryMib === undefined ? undefined : `${memoryMib} MiB`,
                  GPU: gpu,
                  TPU: tpu,
                })),
              )}
              width={runs.length}
              isAll={isAll}
            />
            <Rows
              title={t('environment')}
              rows={toRows(
                runs.map((run) => ({ Python: run.ranOn?.python?.version, ...packages.get(run.environment ?? '') })),
              )}
              width={runs.length}
              isAll={isAll}
            />
          </tbody>
        </table>
        <CodeDiff base={runs[0]!} others={runs.slice(1)} />
      </div>
      <aside className="right" aria-label={t('charts')}>
        {series.error && !series.data && <ErrorNotice error={series.error} onRetry={() => void series.refetch()} />}
        <div className="plates charts">
          {charts.map((metric) => (
            <RunPanel
              key={metric}
              metric={metric}
              runs={drawn}
              total={runs.length}
              series={series.data ?? []}
              axis="step"
              smoothing={0}
              isReading={series.isPending}
              isOpen={drawn.some((run) => run.isOpen)}
              settings={settings}
            />
          ))}
        </div>
      </aside>
    </div>
  )
}

function Section({
  title,
  note,
  width,
}: {
  readonly title: string
  readonly note: string
  readonly width: number
}): ReactElement {
  return (
    <tr className="sec">
      <th colSpan={width + 1} scope="rowgroup">
        <div>
          {title} <span>{note}</span>
        </div>
      </th>
    </tr>
  )
}

/** A section of the table. Rows that differ come first; equal rows are folded unless `isAll`. */
function Rows({
  title,
  rows,
  width,
  isAll,
}: {
  readonly title: string
  readonly rows: readonly FactRow[]
  readonly width: number
  readonly isAll: boolean
}): ReactElement | null {
  const [isUnfolded, setOpen] = useState(false)
  const differing = rows.filter(({ values }) => !areEqual(values))
  const equal = rows.filter(({ values }) => areEqual(values))

  if (rows.length === 0) return null

  return (
    <>
      <Section
        title={title}
        note={differing.length === 0 ? t('all_equal') : t('n_differ', { n: differing.length })}
        width={width}
      />
      {[...differing, ...(isAll || isUnfolded ? equal : [])].map((row) => (
        <tr key={row.name}>
          <th scope="row" className="clip" title={row.name}>
            {row.name}
          </th>
          {row.values.map((value, i) => (
            <ValueCell key={`${row.name} ${String(i)}`} value={value} base={row.values[0]} isBase={i === 0} />
          ))}
        </tr>
      ))}
      {!isAll && equal.length > 0 && (
        <tr className="fold">
          <td colSpan={width + 1}>
            <button
              type="button"
              className="btn bare small"
              aria-expanded={isUnfolded}
              onClick={() => setOpen(!isUnfolded)}
            >
              {t(isUnfolded ? 'fold_equal' : 'equal_folded', { n: equal.length })}
            </button>
          </td>
        </tr>
      )}
    </>
  )
}

function ValueCell({
  value,
  base,
  isBase,
}: {
  readonly value: unknown
  readonly base: unknown
  readonly isBase: boolean
}): ReactElement {
  if (value === undefined) return <td className="miss">{t('missing')}</td>

  const text = formatValue(value)

  return (
    <td className={isBase ? 'base' : JSON.stringify(value) === JSON.stringify(base) ? 'same' : 'diff'} title={text}>
      {text}
    </td>
  )
}

interface NumberRowProps {
  readonly name: string
  readonly values: readonly (WireNumber | undefined)[]
  readonly direction: Direction | undefined
  /** Sets whether lower or higher is better; absent where that cannot change. */
  readonly onDirection?: (direction: Direction | null) => void
  readonly format?: (value: number) => string
}

/**
 * One number of each run (the last value of a metric, or the duration) and its difference from the base. If a direction
 * is set, ▲ and ▼ mark better and worse beside the colour.
 */
function NumberRow({ name, values, direction, onDirection, format = formatNumber }: NumberRowProps): ReactElement {
  const numbers = values.map((value) => (typeof value === 'number' ? value : undefined))
  const compared = numbers.flatMap((value) => value ?? [])
  const best =
    direction === undefined || compared.length < 2
      ? undefined
      : direction === 'maximize'
        ? Math.max(...compared)
        : Math.min(...compared)
  const [base] = numbers

  return (
    <tr>
      <th scope="row" className="clip" title={name}>
        {name}{' '}
        {onDirection ? (
          <DirectionButton name={name} direction={direction} onChange={onDirection} />
        ) : (
          direction && <span className="dim small">↓</span>
        )}
      </th>
      {values.map((value, i) => {
        const number = numbers[i]
        if (value === undefined)
          return (
            <td key={`${name} ${String(i)}`} className="miss">
              {t('not_logged')}
            </td>
          )

        return (
          <td key={`${name} ${String(i)}`} className={i === 0 ? 'base' : ''}>
            <span className={number !== undefined && number === best ? 'strong' : ''}>
              {number === undefined ? String(value) : format(number)}
            </span>
            {i > 0 && number !== undefined && base !== undefined && format(Math.abs(number - base)) !== format(0) && (
              <Difference by={number - base} direction={direction} format={format} />
            )}
          </td>
        )
      })}
    </tr>
  )
}

const DELTA_DIGITS = 3

function Difference({
  by,
  direction,
  format,
}: {
  readonly by: number
  readonly direction: NumberRowProps['direction']
  readonly format: (value: number) => string
}): ReactNode {
  const signed = `${by > 0 ? '+' : '−'}${format(Number(Math.abs(by).toPrecision(DELTA_DIGITS)))}`
  if (direction === undefined) return <span className="delta dim">{signed}</span>

  const isGood = direction === 'maximize' ? by > 0 : by < 0

  return (
    <span className={isGood ? 'delta better' : 'delta worse'}>
      <span role="img" aria-label={t(isGood ? 'better' : 'worse')}>
        {isGood ? '▲' : '▼'}
      </span>{' '}
      {signed}
    </span>
  )
}

/** Loads the package versions in the environments of runs, by hash of the environment and then by package. */
function usePackageVersions(runs: readonly RunDetailView[]): ReadonlyMap<string, Record<string, string>> {
  const hashes = [...new Set(runs.flatMap(({ environment }) => environment ?? []))]
  const found = useQueries({
    queries: hashes.map((hash) => ({
      queryKey: ['environment', hash],
      queryFn: () => call<EnvironmentView>(`/environments/${hash}`),
    })),
  })

  return new Map(
    found.flatMap(({ data }) => {
      if (!data) return []
      const versions = data.packages
        .map((line) => line.split('=='))
        .map(([name = '', version = '']) => [name, version] as const)
      return [[data.hash, Object.fromEntries(versions)] as const]
    }),
  )
}

/**
 * Loads the files in the snapshots of runs, by digest of the snapshot and then by path. The values are the first 8
 * digits of the files' hashes, enough to see which files differ.
 */
function useFileHashes(runs: readonly RunDetailView[]): ReadonlyMap<string, Record<string, string>> {
  const digests = [...new Set(runs.flatMap(({ snapshot }) => snapshot ?? []))]
  const found = useQueries({
    queries: digests.map((digest) => ({
      queryKey: ['snapshot', digest],
      queryFn: () => call<ManifestView>(`/snapshots/${digest}`),
      staleTime: Infinity,
    })),
  })

  return new Map(
    digests.flatMap((digest, i) =>
      found[i]?.data
        ? [
            [
              digest,
              Object.fromEntries(found[i].data.files.map((file) => [file.path, file.sha256.slice(0, 8)])),
            ] as const,
          ]
        : [],
    ),
  )
}
