import type { ReactElement } from 'react'

import { formatExact } from '../format.ts'
import { t } from '../texts/texts.ts'
import css from './data-table.module.css'
import type { PanelData } from './panel-data.ts'

const ROWS_MAX = 500

/** The data of a chart as a table of at most 500 rows. */
export function DataTable({
  data: { head, rows },
  note,
}: {
  readonly data: PanelData
  readonly note: string | undefined
}): ReactElement {
  const numeric = head.map(
    (_, i) => typeof rows.find((row) => row[i] !== null && row[i] !== undefined)?.[i] === 'number',
  )

  return (
    <div className={css.box}>
      <table className="tbl">
        <thead>
          <tr>
            {head.map((name, i) => (
              <th key={name} className={numeric[i] ? 'num' : ''}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS_MAX).map((row, at) => (
            // The index is the key, because rows have no other.
            <tr key={at}>
              {row.map((value, i) => (
                <td key={head[i]} className={numeric[i] ? 'num' : 'clip'}>
                  {typeof value === 'number' ? formatExact(value) : value}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {note !== undefined && <p className="foot">{note}</p>}
      {rows.length > ROWS_MAX && <p className="foot">{t('rows_cut', { n: ROWS_MAX, total: rows.length })}</p>}
    </div>
  )
}
