import type { ReactElement } from 'react'

import type { RunView } from '../../../../../src/contract/run.ts'
import { formatValue } from '../../../format.ts'
import { paths, runName } from '../../../paths.ts'
import { t } from '../../../texts/texts.ts'
import { Link } from '../../../ui/link.tsx'
import { NumberedName } from '../../../ui/numbered-name.tsx'
import { PhaseIcon } from '../../../ui/phase.tsx'
import { cellOf } from '../columns.ts'
import { toggleNumber } from '../selection/toggle.ts'
import { SubRow } from './sub-row.tsx'

/** The row of a run below the row of its group. */
export function MemberRow({
  project,
  run,
  keyCount,
  figures,
  formats,
  selected,
  onSelect,
}: {
  readonly project: string
  readonly run: RunView
  /** Number of fields that runs are grouped by. */
  readonly keyCount: number
  readonly figures: readonly string[]
  readonly formats: readonly ((value: number) => string)[]
  readonly selected: readonly number[]
  readonly onSelect: (selected: readonly number[]) => void
}): ReactElement {
  const isSelected = selected.includes(run.number)

  return (
    <SubRow>
      <td>
        <input
          type="checkbox"
          className="check"
          aria-label={t('select_run', { name: runName(run) })}
          checked={isSelected}
          onChange={() => onSelect(toggleNumber(selected, run.number))}
        />
      </td>
      <td colSpan={keyCount + 1}>
        <span className="name">
          <PhaseIcon phase={run.phase} />
          <Link className="clip ink" to={paths.run(project, run.number)}>
            <NumberedName text={runName(run)} />
          </Link>
        </span>
      </td>
      {figures.map((column, i) => {
        const value = cellOf(run, column, {})
        return (
          <td key={column} className="num mid">
            {typeof value === 'number' ? formats[i]!(value) : formatValue(value)}
          </td>
        )
      })}
    </SubRow>
  )
}
