import { useMemo } from 'react'
import type { ReactElement } from 'react'

import { t } from '../../../texts/texts.ts'
import css from './text-table-view.module.css'
import { toTextTable } from './text-table.ts'

/** The content of a file with values separated by commas or tabs, as a table. */
export function TextTableView({
  text,
  separator,
}: {
  readonly text: string
  readonly separator: string
}): ReactElement {
  const { head, rows, rowCount, isNumber } = useMemo(() => toTextTable(text, separator), [text, separator])

  return (
    <div className={css.box}>
      <table className="tbl">
        <thead>
          <tr>
            {head.map((cell, i) => (
              // The key is the index, because a file may have two columns of one name.
              <th key={i} className={isNumber[i] ? 'num' : ''}>
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {head.map((_, j) => (
                <td key={j} className={isNumber[j] ? 'num' : ''}>
                  {row[j]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rowCount > rows.length && <p className="foot">{t('rows_of', { n: rows.length, total: rowCount })}</p>}
    </div>
  )
}
