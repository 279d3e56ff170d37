import type { ReactElement } from 'react'

import { useGroups } from '../../../api/charts.ts'
import { columnFormat } from '../../../format.ts'
import { t } from '../../../texts/texts.ts'
import { ErrorNotice } from '../../../ui/error-notice.tsx'
import { Loading } from '../../../ui/loading.tsx'
import { looksOf } from '../../../ui/run-look.tsx'
import { isMetricColumn } from '../columns.ts'
import { ListBox } from '../list-box.tsx'
import { GROUP_FIELDS_MAX, writeSort } from '../runs-state.ts'
import type { RunsState } from '../runs-state.ts'
import { drawnGroupKeys } from './drawn-group-keys.ts'
import { narrowToGroup } from './group-filter.ts'
import { GroupHead } from './group-head.tsx'
import { GroupRow } from './group-row.tsx'
import css from './group-table.module.css'
import { groupSort } from './group-sort.ts'

interface GroupTableProps {
  readonly project: string
  readonly filter: string
  readonly state: RunsState
  readonly columns: readonly string[]
  readonly onChange: (patch: Partial<RunsState>) => void
}

/**
 * The table of groups of runs, each with the mean and the standard deviation of its metrics. A group can be unfolded,
 * which shows its newest runs.
 */
export function GroupTable({ project, filter, state, columns, onChange }: GroupTableProps): ReactElement {
  const figures = columns.filter(isMetricColumn).slice(0, GROUP_FIELDS_MAX)
  const sort = groupSort(state, figures)
  const groups = useGroups({
    project,
    filter,
    trash: state.isTrash,
    by: state.group,
    columns: figures,
    sort: writeSort([sort]),
  })

  if (groups.error && !groups.data) return <ErrorNotice error={groups.error} onRetry={() => void groups.refetch()} />
  if (!groups.data) return <Loading what={t('groups')} />

  const { groups: listed, groupCount, runCount } = groups.data
  const looks = looksOf(drawnGroupKeys(listed))
  const formats = figures.map((_, i) => columnFormat(listed.flatMap(({ values }) => values[i]?.mean ?? [])))
  const toggle = (key: string): void => {
    const { unfolded } = state
    onChange({ unfolded: unfolded.includes(key) ? unfolded.filter((one) => one !== key) : [...unfolded, key] })
  }

  return (
    <ListBox>
      <table className={`tbl ${css.table}`}>
        <GroupHead group={state.group} figures={figures} sort={sort} onSort={(key) => onChange({ sort: [key] })} />
        <tbody>
          {listed.map((group) => {
            const key = JSON.stringify(group.keys)

            return (
              <GroupRow
                key={key}
                {...{ project, state, figures, formats, group, onChange }}
                look={looks.get(key)}
                filter={narrowToGroup(filter, state.group, group.keys)}
                isOpen={state.unfolded.includes(key)}
                onToggle={() => toggle(key)}
              />
            )
          })}
        </tbody>
      </table>
      {groupCount > listed.length && <p className="foot">{t('groups_cut', { n: listed.length, total: groupCount })}</p>}
      <p className="foot">{t('groups_of', { n: runCount, groups: groupCount })}</p>
    </ListBox>
  )
}
