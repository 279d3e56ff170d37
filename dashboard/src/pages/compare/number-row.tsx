import type { ReactElement } from 'react'

import type { Direction } from '../../../../src/contract/project.ts'
import type { WireNumber } from '../../../../src/contract/run.ts'
import { t } from '../../texts/texts.ts'
import { DirectionButton } from '../runs/direction-button.tsx'
import css from './compare-table.module.css'
import { toNumberCells } from './number-cells.ts'
import type { Difference } from './number-cells.ts'

interface NumberRowProps {
  readonly name: string
  readonly values: readonly (WireNumber | undefined)[]
  readonly direction: Direction | undefined
  /** Sets whether lower or higher is better; null: neither. Absent if this cannot change. */
  readonly onDirection?: (direction: Direction | null) => void
  readonly format: (value: number) => string
}

/**
 * A row with one number of each run (the last value of a metric, or the duration) and its difference from the base run.
 * If a direction is set, ▲ and ▼ mark better and worse beside the colour.
 */
export function NumberRow({ name, values, direction, onDirection, format }: NumberRowProps): ReactElement {
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
      {toNumberCells(values, direction, format).map(({ text, isBest, difference }, i) =>
        // The index is the only key that a cell has.
        text === undefined ? (
          <td key={i} className={css.missing}>
            {t('not_logged')}
          </td>
        ) : (
          <td key={i} className={i === 0 ? css.base : ''}>
            <span className={isBest ? 'strong' : ''}>{text}</span>
            {difference && <DifferenceText difference={difference} />}
          </td>
        ),
      )}
    </tr>
  )
}

function DifferenceText({ difference: { text, isBetter } }: { readonly difference: Difference }): ReactElement {
  if (isBetter === undefined)
    return (
      <span className="dim" data-difference="">
        {text}
      </span>
    )

  return (
    <span className={isBetter ? 'better' : 'worse'} data-difference="">
      <span role="img" aria-label={t(isBetter ? 'better' : 'worse')}>
        {isBetter ? '▲' : '▼'}
      </span>{' '}
      {text}
    </span>
  )
}
