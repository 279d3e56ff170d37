import { useState } from 'react'
import type { ReactElement, ReactNode } from 'react'

import type { GroupsView } from '../../../../src/contract/charts.ts'
import type { RunPageView } from '../../../../src/contract/routes.ts'
import type { RunView } from '../../../../src/contract/run.ts'
import { call } from '../../api/client.ts'
import { useAction, useGroups, useNames, useRunPage, useVaryingParams } from '../../api/queries.ts'
import type { RunsQuery } from '../../api/queries.ts'
import { toQuery } from '../../api/to-query.ts'
import { columnFormat, formatValue } from '../../format.ts'
import { paths, runName } from '../../paths.ts'
import { t } from '../../texts/texts.ts'
import { CheckboxRow, Link, Menu } from '../../ui/controls.tsx'
import { Icon } from '../../ui/icons.tsx'
import { NumberedName } from '../../ui/numbered-name.tsx'
import { PhaseIcon } from '../../ui/phase.tsx'
import { looksOf, LineSample } from '../../ui/run-look.tsx'
import type { RunLook } from '../../ui/run-look.tsx'
import { ErrorNotice, Loading } from '../../ui/states.tsx'
import { cellOf, columnFor, isMetricColumn, parseColumn } from './columns.ts'
import { filterOfGroup, GROUP_FIELDS_MAX } from './runs-state.ts'
import type { RunsState, SortKey } from './runs-state.ts'

interface GroupTableProps {
  readonly project: string
  readonly filter: string
  readonly state: RunsState
  readonly columns: readonly string[]
  readonly onChange: (patch: Partial<RunsState>) => void
}

/**
 * The table of groups of runs, each with the mean and the standard deviation of its metrics. A group unfolds to its
 * newest runs.
 */
export function GroupTable({ project, filter, state, columns, onChange }: GroupTableProps): ReactElement {
  const metricColumns = columns.filter(isMetricColumn).slice(0, GROUP_FIELDS_MAX)
  const sort = groupSort(state, metricColumns)
  const request = {
    project,
    filter,
    trash: state.isTrash,
    by: state.group,
    columns: metricColumns,
    sort: `${sort.isDescending ? '-' : ''}${sort.field}`,
  }

  const groups = useGroups(request)
  const unfolded = state.unfolded

  if (groups.error && !groups.data) return <ErrorNotice error={groups.error} onRetry={() => void groups.refetch()} />
  if (!groups.data) return <Loading what={t('groups')} />

  const looks = looksOf(drawnGroupKeys(groups.data.groups))
  const formats = metricColumns.map((_, i) =>
    columnFormat(groups.data.groups.flatMap(({ values }) => values[i]?.mean ?? [])),
  )

  const renderHead = (field: string, text: ReactNode, isNumber: boolean): ReactElement => {
    const isSorted = sort.field === field
    const next = { field, isDescending: isSorted ? !sort.isDescending : isNumber }

    return (
      <th
        key={field}
        className={isNumber ? 'num' : ''}
        aria-sort={isSorted ? (sort.isDescending ? 'descending' : 'ascending') : 'none'}
      >
        <button type="button" className={isSorted ? 'sort on' : 'sort'} onClick={() => onChange({ sort: [next] })}>
          {isSorted && <Icon name={sort.isDescending ? 'sort' : 'up'} size={13} />}
          <span className="clip">{text}</span>
        </button>
      </th>
    )
  }

  return (
    <div className={groups.isPlaceholderData ? 'scroll groups old' : 'scroll groups'}>
      <table className="tbl">
        <thead>
          <tr>
            <th>
              <span className="sr">{t('selection')}</span>
            </th>
            {state.group.map((field) => renderHead(field, fieldTitle(field), false))}
            {renderHead('n', 'n', true)}
            {metricColumns.map((column) =>
              renderHead(
                column,
                <>
                  {fieldTitle(column)} <span className="dim">{t('mean_sd')}</span>
                </>,
                true,
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {groups.data.groups.map((group) => {
            const key = JSON.stringify(group.keys)
            const isOpen = unfolded.includes(key)

            return (
              <GroupRow
                key={key}
                {...{ project, state, figures: metricColumns, formats, group, isOpen, onChange }}
                look={looks.get(key)}
                filter={[filter.trim() === '' ? '' : `(${filter.trim()})`, filterOfGroup(state.group, group.keys)]
                  .filter((part) => part !== '')
                  .join(' and ')}
                onToggle={() =>
                  onChange({ unfolded: isOpen ? unfolded.filter((one) => one !== key) : [...unfolded, key] })
                }
              />
            )
          })}
        </tbody>
      </table>
      {groups.data.groupCount > groups.data.groups.length && (
        <p className="foot">{t('groups_cut', { n: groups.data.groups.length, total: groups.data.groupCount })}</p>
      )}
      <p className="foot">{t('groups_of', { n: groups.data.runCount, groups: groups.data.groupCount })}</p>
    </div>
  )
}

/** Number of groups that the charts draw. */
const DRAWN_GROUPS_MAX = 10

/** Returns the groups that the charts draw, as JSON of their keys: the largest ones, as the server picks them. */
export function drawnGroupKeys(groups: GroupsView['groups']): string[] {
  const named = groups.map(({ keys, n }) => ({ name: JSON.stringify(keys), n }))
  return named
    .toSorted((a, b) => b.n - a.n || (a.name < b.name ? -1 : 1))
    .slice(0, DRAWN_GROUPS_MAX)
    .map(({ name }) => name)
}

/** Returns the sort key of the groups: the first key in the address that is a column here, else the number of runs. */
function groupSort({ sort, group }: RunsState, metricColumns: readonly string[]): SortKey {
  return (
    sort.find(({ field }) => field === 'n' || group.includes(field) || metricColumns.includes(field)) ?? {
      field: 'n',
      isDescending: true,
    }
  )
}

/** Number of a group's newest runs that are shown and selected. */
const MEMBERS_MAX = 50

interface GroupRowProps {
  readonly project: string
  readonly state: RunsState
  readonly figures: readonly string[]
  readonly formats: readonly ((value: number) => string)[]
  readonly group: GroupsView['groups'][number]
  readonly look: RunLook | undefined
  /** Selects the runs of the group. */
  readonly filter: string
  readonly isOpen: boolean
  readonly onToggle: () => void
  readonly onChange: (patch: Partial<RunsState>) => void
}

function GroupRow({
  project,
  state,
  figures,
  formats,
  group: { keys, n, values },
  look,
  filter,
  isOpen,
  onToggle,
  onChange,
}: GroupRowProps): ReactElement {
  const members = useMembers(isOpen, {
    project,
    filter,
    trash: state.isTrash || undefined,
    fields: figures.join(',') || 'number',
  })
  const name = keys.map((key) => key ?? t('missing')).join(' · ')

  const select = useAction(async () => {
    const { runs } = await call<RunPageView>(
      `/runs${toQuery({ project, filter, limit: MEMBERS_MAX, fields: 'number', trash: state.isTrash || undefined })}`,
    )
    const numbers = runs.map(({ number }) => number)
    const isAll = numbers.every((number) => state.selected.includes(number))
    onChange({
      selected: isAll
        ? state.selected.filter((one) => !numbers.includes(one))
        : [...new Set([...state.selected, ...numbers])].slice(0, MEMBERS_MAX),
    })
  })

  const memberNumbers = members?.map(({ number }) => number) ?? []
  const isSelected = memberNumbers.length > 0 && memberNumbers.every((number) => state.selected.includes(number))
  const isLarge = n > MEMBERS_MAX

  return (
    <>
      <tr>
        <td className="box">
          <input
            type="checkbox"
            className="check"
            aria-label={t(isLarge ? 'select_group_latest' : 'select_group', { name, n: MEMBERS_MAX })}
            title={isLarge ? t('select_group_latest', { name, n: MEMBERS_MAX }) : undefined}
            checked={isSelected}
            disabled={select.isPending}
            onChange={() => {
              if (!isOpen) onToggle()
              select.mutate(undefined)
            }}
          />
        </td>
        {keys.map((key, i) => (
          <td key={state.group[i]}>
            {i === 0 ? (
              <button type="button" className="btn bare" aria-expanded={isOpen} onClick={onToggle}>
                <LineSample look={look} />
                <Icon name={isOpen ? 'down' : 'right'} size={13} />
                {key ?? <span className="dim">{t('without', { name: fieldTitle(state.group[i]!) })}</span>}
              </button>
            ) : (
              (key ?? <span className="dim">—</span>)
            )}
          </td>
        ))}
        <td className="num">{n.toLocaleString('en-US')}</td>
        {values.map((value, i) => (
          <td
            key={figures[i]}
            className="num"
            title={value === null ? undefined : t('low_high', { low: String(value.min), high: String(value.max) })}
          >
            {value?.mean !== null && value?.mean !== undefined && (
              <>
                {formats[i]!(value.mean)}{' '}
                {value.n > 1 && <span className="dim small">± {formats[i]!(value.sd ?? 0)}</span>}
                {value.n !== n && <span className="dim small"> n {value.n}</span>}
              </>
            )}
          </td>
        ))}
      </tr>
      {isOpen &&
        (members ?? []).map((run) => (
          <tr key={run.id} className={state.selected.includes(run.number) ? 'member selected' : 'member'}>
            <td className="box">
              <input
                type="checkbox"
                className="check"
                aria-label={t('select_run', { name: runName(run) })}
                checked={state.selected.includes(run.number)}
                onChange={() =>
                  onChange({
                    selected: state.selected.includes(run.number)
                      ? state.selected.filter((one) => one !== run.number)
                      : [...state.selected, run.number],
                  })
                }
              />
            </td>
            <td colSpan={keys.length + 1}>
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
          </tr>
        ))}
      {isOpen && (
        <tr className="member">
          <td />
          <td colSpan={keys.length + 1 + figures.length}>
            <button
              type="button"
              className="btn bare small"
              onClick={() => onChange({ group: [], filter: narrowToGroup(state, keys) })}
            >
              {members && n > members.length ? t('group_shows', { n: members.length, total: n }) : t('group_as_list')}
            </button>
          </td>
        </tr>
      )}
    </>
  )
}

/** Returns the filter of the page narrowed to the runs of one group. */
function narrowToGroup({ filter, group }: RunsState, keys: readonly (string | null)[]): string {
  return [filter.trim() === '' ? '' : `(${filter.trim()})`, filterOfGroup(group, keys)]
    .filter((part) => part !== '')
    .join(' and ')
}

/** Loads the newest runs of a group once it is unfolded. */
function useMembers(isOpen: boolean, request: RunsQuery): readonly RunView[] | undefined {
  return useRunPage({ ...request, limit: MEMBERS_MAX }, { isWanted: isOpen }).data?.runs
}

function fieldTitle(column: string): string {
  const field = parseColumn(column)
  return field.kind === 'other' ? column : field.kind === 'metric' ? `${field.name} .${field.part}` : field.name
}

const SHOWN_MAX = 60
const COLUMN_FIELDS = ['sweep', 'phase', 'branch', 'commit'] as const

/** A menu of the fields that runs are grouped by: single ones, or all parameters but one, such as the seed. */
export function GroupMenu(props: GroupPickerProps): ReactElement {
  return (
    <Menu
      icon="group"
      label={
        <>
          {t('group')} {props.group.length > 0 && <span className="mid">{props.group.map(fieldTitle).join(', ')}</span>}
        </>
      }
    >
      <GroupPicker {...props} />
    </Menu>
  )
}

interface GroupPickerProps {
  readonly project: string
  /** Selects the runs that are grouped. */
  readonly filter: string
  readonly isTrash: boolean
  readonly group: readonly string[]
  readonly onChange: (group: readonly string[]) => void
}

function GroupPicker({ project, filter, isTrash, group, onChange }: GroupPickerProps): ReactElement {
  const { data } = useNames(project)
  const varied = useVaryingParams({ project, filter, trash: isTrash || undefined })
  const [search, setSearch] = useState('')
  const params = (data?.params ?? [])
    .map(({ name }) => name)
    .filter((name) => name.toLowerCase().includes(search.toLowerCase()))
  const fields = [...params.slice(0, SHOWN_MAX).map((name) => columnFor('param', name)), ...COLUMN_FIELDS]
  // Offers only parameters that differ among the listed runs: any other parameter has one value in all groups.
  const differing = (varied.data?.params ?? []).map(({ name }) => name)
  const hasTooManyFields = differing.length > GROUP_FIELDS_MAX + 1

  return (
    <div className="picker">
      <input
        className="field"
        aria-label={t('find_param')}
        placeholder={t('find_param')}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <ul>
        {fields.map((field) => (
          <CheckboxRow
            key={field}
            name={fieldTitle(field)}
            isOn={group.includes(field)}
            onToggle={() => onChange(group.includes(field) ? group.filter((one) => one !== field) : [...group, field])}
          />
        ))}
      </ul>
      {hasTooManyFields && (
        <p className="dim small">{t('all_but_wide', { n: differing.length, max: GROUP_FIELDS_MAX })}</p>
      )}
      {differing.length > 1 && !hasTooManyFields && (
        <ul>
          {differing
            .filter((name) => name.toLowerCase().includes(search.toLowerCase()))
            .map((name) => (
              <li key={name}>
                <button
                  type="button"
                  data-closes=""
                  onClick={() =>
                    onChange(differing.filter((one) => one !== name).map((one) => columnFor('param', one)))
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
