import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef } from 'react'
import type { ReactElement } from 'react'

import type { TrialsView } from '../../../../src/contract/charts.ts'
import { csvLine } from '../../../../src/contract/csv.ts'
import type { Trial, TrialSet } from '../../charts/trials.ts'
import { saveFile } from '../../ui/save-file.ts'
import { formatDuration, formatNumber, formatValue } from '../../format.ts'
import { paths } from '../../paths.ts'
import { changeQuery, usePageAddress } from '../../state/location.ts'
import { usePreferences } from '../../state/preferences.ts'
import { t } from '../../texts/texts.ts'
import { Link } from '../../ui/controls.tsx'
import { Icon } from '../../ui/icons.tsx'
import { PhaseIcon } from '../../ui/phase.tsx'
import { RowWindow } from '../../ui/row-window.tsx'
import { columnFor } from '../runs/columns.ts'
import { readTrialSort, durationSecondsOf, sortTrials, writeTrialSort } from './sort-trials.ts'
import { useScrollRestoration } from '../../state/scroll-restoration.ts'
import type { TrialSortKey } from './sort-trials.ts'

/** The table of a sweep's trials, sorted by a click on a column. Only the rows in sight are in the DOM. */
export function TrialTable({
  project,
  sweep,
  view,
  set,
  trials,
}: {
  readonly project: string
  readonly sweep: number
  readonly view: TrialsView
  readonly set: TrialSet
  readonly trials: readonly Trial[]
}): ReactElement {
  const { query } = usePageAddress()
  const sort = useMemo(() => readTrialSort(query), [query])
  const scroller = useRef<HTMLDivElement>(null)
  const { density } = usePreferences()
  useScrollRestoration(scroller, trials.length > 0)

  const names = Object.keys(view.params)
  const textParams = new Set(view.axes.filter(({ scale }) => scale === 'category').map(({ name }) => name))
  const sorted = useMemo(() => sortTrials(trials, sort), [trials, sort])
  const height = density === 'compact' ? 28 : 36

  const rows = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 12,
  })

  const template = `168px 130px minmax(110px, 1fr) ${view.rungs ? '70px ' : ''}${names.map(() => 'minmax(110px, 1fr)').join(' ')} 110px`

  const renderHead = (key: TrialSortKey, text: string, isNumber = true): ReactElement => (
    <span
      role="columnheader"
      className={isNumber ? 'cell num' : 'cell'}
      aria-sort={sort.key === key ? (sort.isDescending ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        className={sort.key === key ? 'sort on' : 'sort'}
        onClick={() =>
          changeQuery(
            writeTrialSort({
              key,
              isDescending: sort.key === key ? !sort.isDescending : key === 'value' && set.isMaximized,
            }),
          )
        }
      >
        {sort.key === key && <Icon name={sort.isDescending ? 'sort' : 'up'} size={13} />}
        <span className="clip">{text}</span>
      </button>
    </span>
  )

  return (
    <div className="trials grow">
      <div className="status">
        <span>{t('trials_n', { n: trials.length })}</span>
        <span className="grow" />
        <Link className="btn bare small" to={runListPath(project, sweep, view)}>
          {t('open_as_runs')}
        </Link>
        <button type="button" className="btn bare small" onClick={() => download(set, sorted, names)}>
          {t('download_csv')}
        </button>
      </div>
      <div
        className="scroll"
        ref={scroller}
        role="table"
        aria-label={t('trials')}
        aria-rowcount={trials.length + 1}
        tabIndex={0}
        style={{
          ['--columns' as string]: template,
          ['--row' as string]: `${height}px`,
          ['--width' as string]: `${500 + 110 * names.length}px`,
        }}
      >
        <div className="row headrow" role="row">
          {renderHead('index', t('trial'), false)}
          <span role="columnheader" className="cell">
            {t('phase')}
          </span>
          {renderHead('value', set.metric ?? t('value'))}
          {view.rungs && (
            <span role="columnheader" className="cell num">
              {t('rung')}
            </span>
          )}
          {names.map((name) => renderHead(`p.${name}`, name, !textParams.has(name)))}
          {renderHead('seconds', t('duration'))}
        </div>
        <RowWindow rows={rows}>
          {rows.getVirtualItems().map(({ index }) => {
            const trial = sorted[index]!
            const seconds = durationSecondsOf(trial)

            return (
              <div
                key={trial.index}
                role="row"
                aria-rowindex={index + 2}
                className={trial.index === set.best?.index ? 'row best' : 'row'}
              >
                <span role="rowheader" className="cell name">
                  <Link className="ink" to={paths.run(project, trial.number)}>
                    #{trial.number}
                  </Link>
                  <span className="dim small">{t('nth', { n: trial.index + 1 })}</span>
                </span>
                <span role="cell" className="cell name">
                  <PhaseIcon phase={trial.phase} label="" />
                  <span className="clip">{t(`phase_${trial.phase}`)}</span>
                </span>
                <span role="cell" className="cell num">
                  {trial.value !== null ? formatNumber(trial.value) : trial.isOdd ? 'NaN' : ''}
                </span>
                {view.rungs && (
                  <span role="cell" className="cell num">
                    {trial.rung + 1}
                  </span>
                )}
                {names.map((name) => (
                  <span
                    key={name}
                    role="cell"
                    className={typeof trial.params[name] === 'number' ? 'cell num' : 'cell clip'}
                  >
                    {formatValue(trial.params[name])}
                  </span>
                ))}
                <span role="cell" className="cell num mid">
                  {seconds === undefined ? '' : formatDuration(seconds)}
                </span>
              </div>
            )
          })}
        </RowWindow>
      </div>
    </div>
  )
}

/** Returns the address of the run list with these trials, where they can be selected, tagged, compared and stopped. */
function runListPath(project: string, sweep: number, { metric, optimization, axes }: TrialsView): string {
  const value = metric === null ? [] : [columnFor('metric', metric)]
  const columns = [...value, ...axes.map(({ name }) => columnFor('param', name))]
  const query = new URLSearchParams({ q: `sweep = ${sweep}`, cols: columns.map(encodeURIComponent).join(',') })
  if (value[0] !== undefined)
    query.set('sort', `${optimization === 'maximize' ? '-' : ''}${encodeURIComponent(value[0])}`)
  return paths.runs(project, `?${query.toString()}`)
}

/** Saves the trials as a CSV file in the order shown. */
function download(set: TrialSet, trials: readonly Trial[], names: readonly string[]): void {
  const rows = trials.map((trial) =>
    csvLine([
      trial.index + 1,
      trial.number,
      trial.phase,
      trial.value ?? null,
      ...names.map((name) => toCsvField(trial.params[name])),
    ]),
  )
  saveFile('trials.csv', [csvLine(['trial', 'run', 'phase', set.metric ?? 'value', ...names]), ...rows].join(''))
}

function toCsvField(value: unknown): string | number {
  return typeof value === 'number' ? value : formatValue(value)
}
