import { useState } from 'react'
import type { ReactElement } from 'react'

import { formatValue } from '../../format.ts'
import { t } from '../../texts/texts.ts'
import { splitRows, compareCell } from './compare-rows.ts'
import type { FactRow } from './compare-rows.ts'
import css from './compare-table.module.css'
import { SectionRow } from './section-row.tsx'

/**
 * A section of facts in the table of a comparison. Rows that differ come first; rows of equal values are folded unless
 * `isAll`. `width` is the number of runs.
 */
export function FactRows({
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
  const [isUnfolded, setUnfolded] = useState(false)
  const { differing, equal } = splitRows(rows)

  if (rows.length === 0) return null

  return (
    <>
      <SectionRow
        title={title}
        note={differing.length === 0 ? t('all_equal') : t('n_differ', { n: differing.length })}
        width={width}
      />
      {[...differing, ...(isAll || isUnfolded ? equal : [])].map((row) => (
        <FactRowCells key={row.name} row={row} />
      ))}
      {!isAll && equal.length > 0 && (
        <tr>
          <td colSpan={width + 1}>
            <button
              type="button"
              className="btn bare small"
              aria-expanded={isUnfolded}
              onClick={() => setUnfolded(!isUnfolded)}
            >
              {t(isUnfolded ? 'fold_equal' : 'equal_folded', { n: equal.length })}
            </button>
          </td>
        </tr>
      )}
    </>
  )
}

function FactRowCells({ row: { name, values } }: { readonly row: FactRow }): ReactElement {
  return (
    <tr>
      <th scope="row" className="clip" title={name}>
        {name}
      </th>
      {values.map((value, i) => {
        const standing = compareCell(values, i)
        const text = standing === 'missing' ? t('missing') : formatValue(value)

        return (
          // The index is the only key that a cell has.
          <td key={i} className={css[standing]} title={standing === 'missing' ? undefined : text}>
            {text}
          </td>
        )
      })}
    </tr>
  )
}
