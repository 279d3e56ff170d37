import { useState } from 'react'
import type { ReactElement } from 'react'

import { useGroups, useNames } from '../api/queries.ts'
import { columnFormat } from '../format.ts'
import { t } from '../texts/texts.ts'
import { Icon } from '../ui/icons.tsx'
import { CheckItem, Menu } from '../ui/controls.tsx'
import { looksOf, Sample } from '../ui/run-color.tsx'
import { Failure, Loading } from '../ui/states.tsx'
import { columnFor, isFigure, parseColumn } from './columns.ts'
import { filterOfGroup, GROUP_FIELDS_MAX } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'

interface GroupTableProps {
  readonly project: string
  readonly filter: string
  readonly state: RunsState
  readonly columns: readonly string[]
  readonly onChange: (patch: Partial<RunsState>) => void
}

/** Runs together by what they share, each group with the mean and the deviation of its figures. */
export function GroupTable({ project, filter, state, columns, onChange }: GroupTableProps): ReactElement {
  const figures = columns.filter(isFigure).slice(0, GROUP_FIELDS_MAX)
  const groups = useGroups({ project, filter, trash: state.isTrash, by: state.group, columns: figures })
  if (groups.error && !groups.data) return <Failure error={groups.error} onRetry={() => void groups.refetch()} />
  if (!groups.data) return <Loading what={t('groups')} />
  const looks = looksOf(groups.data.groups.map(({ keys }) => JSON.stringify(keys)))
  const formats = figures.map((_, i) => columnFormat(groups.data.groups.flatMap(({ values }) => values[i]?.mean ?? [])))
  const open = (keys: readonly (string | null)[]): void =>
    onChange({
      group: [],
      filter: [state.filter.trim() === '' ? '' : `(${state.filter.trim()})`, filterOfGroup(state.group, keys)].filter((part) => part !== '').join(' and '),
    })
  return (
    <div className="scroll groups">
      <table className="tbl">
        <thead>
          <tr>
            {state.group.map((field) => (
              <th key={field}>{nameOf(field)}</th>
            ))}
            <th className="num">n</th>
            {figures.map((column) => (
              <th key={column} className="num">
                {nameOf(column)} <span className="dim">{t('mean_sd')}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.data.groups.map(({ keys, n, values }) => (
            <tr key={JSON.stringify(keys)}>
              {keys.map((key, i) => (
                <td key={state.group[i]}>
                  {i === 0 ? (
                    <button type="button" className="btn bare" onClick={() => open(keys)}>
                      <Sample look={looks.get(JSON.stringify(keys))} />
                      <Icon name="right" size={13} />
                      {key ?? <span className="dim">{t('without', { name: nameOf(state.group[i]!) })}</span>}
                    </button>
                  ) : (
                    (key ?? <span className="dim">—</span>)
                  )}
                </td>
              ))}
              <td className="num">{n.toLocaleString('en-US')}</td>
              {values.map((value, i) => (
                <td key={figures[i]} className="num">
                  {value?.mean !== null && value?.mean !== undefined && (
                    <>
                      {formats[i]!(value.mean)} {value.n > 1 && <span className="dim small">± {formats[i]!(value.sd ?? 0)}</span>}
                      {value.n !== n && <span className="dim small"> n {value.n}</span>}
                    </>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {groups.data.groupCount > groups.data.groups.length && (
        <p className="foot">{t('groups_cut', { n: groups.data.groups.length, total: groups.data.groupCount })}</p>
      )}
      <p className="foot">{t('groups_of', { n: groups.data.runCount, groups: groups.data.groupCount })}</p>
    </div>
  )
}

function nameOf(column: string): string {
  const field = parseColumn(column)
  return field.kind === 'other' ? column : field.kind === 'metric' ? `${field.name} .${field.part}` : field.name
}

const SHOWN_MAX = 60
const COLUMN_FIELDS = ['sweep', 'phase', 'branch', 'commit'] as const

/** What runs are put together by: some parameters, or all but one, such as the seed. */
export function GroupMenu(props: GroupPickerProps): ReactElement {
  return (
    <Menu
      icon="group"
      label={
        <>
          {t('group')} {props.group.length > 0 && <span className="mid">{props.group.map(nameOf).join(', ')}</span>}
        </>
      }
    >
      <GroupPicker {...props} />
    </Menu>
  )
}

interface GroupPickerProps {
  readonly project: string
  readonly group: readonly string[]
  readonly onChange: (group: readonly string[]) => void
}

function GroupPicker({ project, group, onChange }: GroupPickerProps): ReactElement {
  const { data } = useNames(project)
  const [search, setSearch] = useState('')
  const known = data?.params ?? []
  const all = known.map(({ name }) => name)
  // All but one are all that the project has now: what others vary would put every run in the same group.
  const varied = known.filter(({ recent }) => recent > 0).map(({ name }) => name)
  const params = all.filter((name) => name.toLowerCase().includes(search.toLowerCase()))
  const fields = [...params.slice(0, SHOWN_MAX).map((name) => columnFor('param', name)), ...COLUMN_FIELDS]
  return (
    <div className="picker">
      <input className="field" aria-label={t('find_param')} placeholder={t('find_param')} value={search} onChange={(event) => setSearch(event.target.value)} />
      <ul>
        {fields.map((field) => (
          <CheckItem
            key={field}
            name={nameOf(field)}
            isOn={group.includes(field)}
            onToggle={() => onChange(group.includes(field) ? group.filter((one) => one !== field) : [...group, field])}
          />
        ))}
      </ul>
      {varied.length > 1 && (
        <ul>
          {params
            .filter((name) => varied.includes(name))
            .slice(0, SHOWN_MAX)
            .map((name) => (
              <li key={name}>
                <button
                  type="button"
                  data-closes=""
                  onClick={() =>
                    onChange(
                      varied
                        .filter((one) => one !== name)
                        .slice(0, GROUP_FIELDS_MAX)
                        .map((one) => columnFor('param', one)),
                    )
                  }
                >
                  {t('all_but', { name })}
                </button>
              </li>
            ))}
        </ul>
      )}
      {group.length > 0 && (
        <button type="button" data-closes="" onClick={() => onChange([])}>
          {t('no_groups')}
        </button>
      )}
    </div>
  )
}
