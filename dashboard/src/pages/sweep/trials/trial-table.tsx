import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef } from 'react'
import type { ReactElement } from 'react'

import type { TrialsView } from '../../../../../src/contract/charts.ts'
import type { Trial, TrialSet } from '../../../charts/trials.ts'
import { usePageAddress } from '../../../state/location.ts'
import { usePreferences } from '../../../state/preferences.ts'
import { useScrollRestoration } from '../../../state/scroll-restoration.ts'
import { t } from '../../../texts/texts.ts'
import { Link } from '../../../ui/link.tsx'
import grid from '../../../ui/row-window.module.css'
import { RowWindow } from '../../../ui/row-window.tsx'
import { saveFile } from '../../../ui/save-file.ts'
import { StatusLine } from '../../../ui/status-line.tsx'
import { trialsCsv } from '../sweep-csv.ts'
import { readTrialSort, sortTrials } from './sort-trials.ts'
import { runListPath, trialColumnsOf, widthsOf } from './trial-columns.ts'
import { TrialHead } from './trial-head.tsx'
import { TrialRow } from './trial-row.tsx'
import css from './trial-table.module.css'

interface TrialTableProps {
  readonly project: string
  readonly sweep: number
  readonly view: TrialsView
  readonly set: TrialSet
  readonly trials: readonly Trial[]
  /** Height of the table: `page` fills the page, `low` is for a table below a chart. */
  readonly size: 'page' | 'low'
}

/** The table of a sweep's trials, sorted by a click on a column. Only the rows in sight are in the DOM. */
export function TrialTable({ project, sweep, view, set, trials, size }: TrialTableProps): ReactElement {
  const { query } = usePageAddress()
  const sort = useMemo(() => readTrialSort(query), [query])
  const sorted = useMemo(() => sortTrials(trials, sort), [trials, sort])
  const columns = useMemo(() => trialColumnsOf(view), [view])
  const { template, leastPx } = widthsOf(columns)

  const { scroller, rows, rowPx } = useTrialRows(sorted)

  const download = (): void => {
    const names = columns.params.map(({ name }) => name)
    saveFile('trials.csv', trialsCsv(sorted, set.metric, names))
  }

  return (
    <div className={`grow ${css.table} ${css[size]}`}>
      <StatusLine>
        <span>{t('trials_n', { n: trials.length })}</span>
        <span className="grow" />
        <Link className="btn bare small" to={runListPath(project, sweep, view)}>
          {t('open_as_runs')}
        </Link>
        <button type="button" className="btn bare small" onClick={download}>
          {t('download_csv')}
        </button>
      </StatusLine>
      <div
        className={grid.table}
        ref={scroller}
        role="table"
        aria-label={t('trials')}
        aria-rowcount={trials.length + 1}
        tabIndex={0}
        style={{
          ['--columns' as string]: template,
          ['--row' as string]: `${rowPx}px`,
          ['--width' as string]: `${leastPx}px`,
        }}
      >
        <TrialHead columns={columns} sort={sort} set={set} />
        <RowWindow rows={rows}>
          {rows.getVirtualItems().map(({ index }) => (
            <TrialRow
              key={sorted[index]!.index}
              project={project}
              trial={sorted[index]!}
              place={index}
              columns={columns}
              isBest={sorted[index]!.index === set.best?.index}
            />
          ))}
        </RowWindow>
      </div>
    </div>
  )
}

const ROW_PX = { compact: 28, comfortable: 36 }

/** Returns the rows in sight of the table of trials, a reference for the box in which they scroll, and their height. */
function useTrialRows(trials: readonly Trial[]) {
  const scroller = useRef<HTMLDivElement>(null)
  const { density } = usePreferences()
  const rowPx = ROW_PX[density]
  useScrollRestoration(scroller, trials.length > 0)

  const rows = useVirtualizer({
    count: trials.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
  })

  return { scroller, rows, rowPx }
}
