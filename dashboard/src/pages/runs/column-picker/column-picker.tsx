import { useState } from 'react'
import type { ReactElement } from 'react'

import { useNames } from '../../../api/charts.ts'
import { t } from '../../../texts/texts.ts'
import { CheckboxRow } from '../../../ui/checkbox-row.tsx'
import { Menu } from '../../../ui/menu.tsx'
import { Picker } from '../picker.tsx'
import type { RunsState } from '../runs-state.ts'
import { ChosenColumn } from './chosen-column.tsx'
import { findChosen, offeredColumns } from './offered-columns.ts'

const SHOWN_MAX = 60

/**
 * Properties of the column picker. `columns` and `pinned` contain fields as filters write them, such as `m.loss.last`.
 */
export interface ColumnPickerProps {
  readonly project: string
  readonly columns: readonly string[]
  readonly pinned: readonly string[]
  readonly onChange: (patch: Partial<Pick<RunsState, 'columns' | 'pinned'>>) => void
}

/**
 * A menu that adds, removes, moves and pins columns of the run table. A column shows a parameter, a summary of a
 * metric, or another field of runs.
 */
export function ColumnPicker(props: ColumnPickerProps): ReactElement {
  return (
    <Menu
      icon="columns"
      label={
        <>
          {t('columns')} <span className="mid">{props.columns.length}</span>
        </>
      }
    >
      <ColumnLists {...props} />
    </Menu>
  )
}

/** The columns of the table, and below them a list of all columns with checkboxes: the first 60 that match a text. */
function ColumnLists(props: ColumnPickerProps): ReactElement {
  const { project, columns, onChange } = props
  const { data } = useNames(project)
  const [search, setSearch] = useState('')
  const found = offeredColumns(data, search)

  return (
    <Picker>
      <ol aria-label={t('columns')}>
        {columns.map((column, i) => (
          <ChosenColumn key={column} {...props} column={column} index={i} />
        ))}
      </ol>
      <input
        className="field"
        aria-label={t('find_column')}
        placeholder={t('find_column')}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <ul>
        {found.slice(0, SHOWN_MAX).map((offered) => {
          const { column, name, kind, count, isOld } = offered
          const chosen = findChosen(columns, offered)

          return (
            <CheckboxRow
              key={column}
              name={name}
              isOn={chosen !== undefined}
              onToggle={() =>
                onChange({
                  columns: chosen === undefined ? [...columns, column] : columns.filter((one) => one !== chosen),
                })
              }
            >
              <span className="dim small">
                {isOld && `${t('not_lately')} · `}
                {kind === 'other' ? t('run') : t(kind)} {count?.toLocaleString('en-US')}
              </span>
            </CheckboxRow>
          )
        })}
        {found.length > SHOWN_MAX && <li className="dim small">{t('and_more', { n: found.length - SHOWN_MAX })}</li>}
      </ul>
    </Picker>
  )
}
