import type { ReactElement } from 'react'

import type { GroupsView } from '../../../../../src/contract/charts.ts'
import { t } from '../../../texts/texts.ts'
import { Icon } from '../../../ui/icons.tsx'
import { LineSample } from '../../../ui/run-look.tsx'
import type { RunLook } from '../../../ui/run-look.tsx'
import { fieldTitle } from '../columns.ts'
import type { RunsState } from '../runs-state.ts'
import { narrowToGroup } from './group-filter.ts'
import { MEMBERS_MAX } from './group-members.ts'
import { MemberRow } from './member-row.tsx'
import { SubRow } from './sub-row.tsx'
import { useGroupMembers } from './use-group-members.ts'

type Group = GroupsView['groups'][number]
type Format = (value: number) => string

interface GroupRowProps {
  readonly project: string
  readonly state: RunsState
  /** Metric columns of the table. */
  readonly figures: readonly string[]
  /** For each of `figures`, a function that formats its numbers. */
  readonly formats: readonly Format[]
  readonly group: Group
  /** The line of the group in the charts; undefined if the charts do not draw the group. */
  readonly look: RunLook | undefined
  /** A filter that selects the runs of the group. */
  readonly filter: string
  readonly isOpen: boolean
  readonly onToggle: () => void
  readonly onChange: (patch: Partial<RunsState>) => void
}

/** The row of a group. While `isOpen` is true, the rows of the newest runs of the group follow. */
export function GroupRow(props: GroupRowProps): ReactElement {
  const { project, state, figures, formats, group, look, filter, isOpen, onToggle, onChange } = props
  const { keys, n, values } = group
  const { members, isAllSelected, isSelecting, toggleAll } = useGroupMembers({
    project,
    filter,
    state,
    figures,
    isOpen,
    onSelect: (selected) => onChange({ selected }),
  })

  const name = keys.map((key) => key ?? t('missing')).join(' · ')
  const isLarge = n > MEMBERS_MAX

  return (
    <>
      <tr>
        <td>
          <input
            type="checkbox"
            className="check"
            aria-label={t(isLarge ? 'select_group_latest' : 'select_group', { name, n: MEMBERS_MAX })}
            title={isLarge ? t('select_group_latest', { name, n: MEMBERS_MAX }) : undefined}
            checked={isAllSelected}
            disabled={isSelecting}
            onChange={() => {
              if (!isOpen) onToggle()
              toggleAll()
            }}
          />
        </td>
        <KeyCells keys={keys} fields={state.group} look={look} isOpen={isOpen} onToggle={onToggle} />
        <td className="num">{n.toLocaleString('en-US')}</td>
        {values.map((value, i) => (
          <FigureCell key={figures[i]} value={value} groupSize={n} format={formats[i]!} />
        ))}
      </tr>
      {isOpen &&
        (members ?? []).map((run) => (
          <MemberRow
            key={run.id}
            {...{ project, run, figures, formats }}
            keyCount={keys.length}
            selected={state.selected}
            onSelect={(selected) => onChange({ selected })}
          />
        ))}
      {isOpen && (
        <SubRow>
          <td />
          <td colSpan={keys.length + 1 + figures.length}>
            <button
              type="button"
              className="btn bare small"
              onClick={() => onChange({ group: [], filter: narrowToGroup(state.filter, state.group, keys) })}
            >
              {members && n > members.length ? t('group_shows', { n: members.length, total: n }) : t('group_as_list')}
            </button>
          </td>
        </SubRow>
      )}
    </>
  )
}

/**
 * A cell for each field that runs are grouped by, with the value of the group. The
 * first cell contains a button that unfolds the group.
 */
function KeyCells({
  keys,
  fields,
  look,
  isOpen,
  onToggle,
}: {
  readonly keys: Group['keys']
  readonly fields: readonly string[]
} & Pick<GroupRowProps, 'look' | 'isOpen' | 'onToggle'>): ReactElement[] {
  return keys.map((key, i) => (
    <td key={fields[i]}>
      {i === 0 ? (
        <button type="button" className="btn bare" aria-expanded={isOpen} onClick={onToggle}>
          <LineSample look={look} />
          <Icon name={isOpen ? 'down' : 'right'} size={13} />
          {key ?? <span className="dim">{t('without', { name: fieldTitle(fields[i]!) })}</span>}
        </button>
      ) : (
        (key ?? <span className="dim">—</span>)
      )}
    </td>
  ))
}

/**
 * The mean and the standard deviation of a metric over the runs of the group. If only some
 * of the runs have the metric, their number follows.
 */
function FigureCell({
  value,
  groupSize,
  format,
}: {
  readonly value: Group['values'][number]
  readonly groupSize: number
  readonly format: Format
}): ReactElement {
  return (
    <td
      className="num"
      title={value === null ? undefined : t('low_high', { low: String(value.min), high: String(value.max) })}
    >
      {value?.mean !== null && value?.mean !== undefined && (
        <>
          {format(value.mean)} {value.n > 1 && <span className="dim small">± {format(value.sd ?? 0)}</span>}
          {value.n !== groupSize && <span className="dim small"> n {value.n}</span>}
        </>
      )}
    </td>
  )
}
