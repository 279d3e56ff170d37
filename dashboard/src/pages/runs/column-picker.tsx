import { useState } from 'react'
import type { ReactElement } from 'react'

import { useNames } from '../../api/queries.ts'
import { t } from '../../texts/texts.ts'
import { CheckboxRow, IconButton, Menu } from '../../ui/controls.tsx'
import { columnFor, RUN_COLUMN_NAMES, parseColumn, SUMMARIES } from './columns.ts'
import type { Summary } from './columns.ts'
import { PINNED_MAX } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'

const SHOWN_MAX = 60

/**
 * A menu of the table's columns, their order and which are pinned: any parameter, any summary of any metric, other
 * fields.
 */
export function ColumnPicker(props: PickerProps): ReactElement {
  return (
    <Menu
      icon="columns"
      label={
        <>
          {t('columns')} <span className="mid">{props.columns.length}</span>
        </>
      }
    >
      <Picker {...props} />
    </Menu>
  )
}

interface PickerProps {
  readonly project: string
  readonly columns: readonly string[]
  readonly pinned: readonly string[]
  readonly onChange: (patch: Partial<Pick<RunsState, 'columns' | 'pinned'>>) => void
}

function Picker({ project, columns, pinned, onChange }: PickerProps): ReactElement {
  const { data } = useNames(project)
  const [search, setSearch] = useState('')
  const all = [
    ...(data?.metrics ?? [])
      .filter(({ name }) => !name.startsWith('system.'))
      .map((one) => ({ ...one, kind: 'metric' as const })),
    ...(data?.params ?? []).map((one) => ({ ...one, kind: 'param' as const })),
    ...RUN_COLUMN_NAMES.map((name) => ({ name, count: undefined, recent: 1, kind: 'other' as const })),
  ]

  const found = all
    .filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()))
    .toSorted((a, b) => Number(b.recent > 0) - Number(a.recent > 0))

  const move = (at: number, by: number): void => {
    const next = [...columns]
    const [column] = next.splice(at, 1)
    next.splice(at + by, 0, column!)
    onChange({ columns: next })
  }

  return (
    <div className="picker">
      <ol aria-label={t('columns')}>
        {columns.map((column, i) => {
          const field = parseColumn(column)

          return (
            <li key={column}>
              <span className="clip grow">{field.kind === 'other' ? column : field.name}</span>
              {field.kind === 'metric' && (
                <select
                  aria-label={t('summary_of', { name: field.name })}
                  value={field.part}
                  onChange={(event) =>
                    onChange({
                      columns: columns.map((one, at) =>
                        at === i ? columnFor('metric', field.name, event.target.value as Summary) : one,
                      ),
                    })
                  }
                >
                  {SUMMARIES.map((part) => (
                    <option key={part}>{part}</option>
                  ))}
                </select>
              )}
              {i > 0 && <IconButton name="up" label={t('move_up')} onClick={() => move(i, -1)} />}
              <IconButton
                name="pin"
                label={t('pin_column', { name: column })}
                isPressed={pinned.includes(column)}
                onClick={() =>
                  onChange({
                    pinned: pinned.includes(column)
                      ? pinned.filter((one) => one !== column)
                      : [...pinned, column].slice(-PINNED_MAX),
                  })
                }
              />
              <IconButton
                name="cross"
                label={t('remove_column', { name: column })}
                onClick={() => onChange({ columns: columns.filter((one) => one !== column) })}
              />
            </li>
          )
        })}
      </ol>
      <input
        className="field"
        aria-label={t('find_column')}
        placeholder={t('find_column')}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <ul>
        {found.slice(0, SHOWN_MAX).map(({ name, count, recent, kind }) => {
          const column = kind === 'other' ? name : columnFor(kind, name)
          const chosen = columns.find((one) => {
            const field = parseColumn(one)
            return field.kind === 'other'
              ? one === name && kind === 'other'
              : field.kind === kind && field.name === name
          })

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
                {recent === 0 && `${t('not_lately')} · `}
                {kind === 'other' ? t('run') : t(kind)} {count?.toLocaleString('en-US')}
              </span>
            </CheckboxRow>
          )
        })}
        {found.length > SHOWN_MAX && <li className="dim small">{t('and_more', { n: found.length - SHOWN_MAX })}</li>}
      </ul>
    </div>
  )
}
