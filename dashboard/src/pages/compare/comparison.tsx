import type { ReactElement } from 'react'

import { Split } from '../../ui/split.tsx'
import { CodeDiff } from './code-diff.tsx'
import { CompareCharts } from './compare-charts.tsx'
import { CompareTable } from './compare-table.tsx'
import type { CompareTableProps } from './compare-table.tsx'
import css from './comparison.module.css'

/** Runs beside their base run: the table of facts with the differences of the code below it, and charts beside it. */
export function Comparison(props: CompareTableProps): ReactElement {
  const { runs } = props

  return (
    <Split>
      <div className={css.tables}>
        <CompareTable {...props} />
        <CodeDiff base={runs[0]!} others={runs.slice(1)} />
      </div>
      <CompareCharts runs={runs} />
    </Split>
  )
}
