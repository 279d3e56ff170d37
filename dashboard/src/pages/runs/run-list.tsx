import type { ReactElement } from 'react'

import { t } from '../../texts/texts.ts'
import { Empty } from '../../ui/empty.tsx'
import { Icon } from '../../ui/icons.tsx'
import { StatusLine } from '../../ui/status-line.tsx'
import { GroupTable } from './groups/group-table.tsx'
import css from './run-list.module.css'
import { SelectionBar } from './selection/selection-bar.tsx'
import { RunTable } from './table/run-table.tsx'
import type { RunsPage } from './use-runs-page.ts'

/**
 * The table of runs or of groups of runs, the toolbar for selected runs, and a status line. `data-outdated` marks the
 * list for the style sheet while it shows an earlier filter or order.
 */
export function RunList({ page }: { readonly page: RunsPage }): ReactElement {
  const { project, state, change, list, columns, directions } = page

  return (
    <section
      className={css.pane}
      aria-label={t('runs')}
      {...((list.isOutdated || list.error) && { 'data-outdated': '' })}
    >
      {list.total === 0 ? (
        <div className={css.empty}>
          <Empty
            title={t(state.isTrash ? 'trash_empty' : 'nothing_matches')}
            text={t(state.isTrash ? 'trash_why' : 'nothing_matches_why')}
          />
        </div>
      ) : state.group.length > 0 ? (
        <GroupTable project={project} filter={list.filter} state={state} columns={columns} onChange={change} />
      ) : (
        <RunTable
          project={project}
          runs={list.runs}
          pages={list.pages}
          drawn={page.drawn}
          total={list.total}
          columns={columns}
          fields={list.fields}
          directions={directions}
          state={state}
          hovered={page.hovered}
          onHover={page.setHovered}
          onChange={change}
          canLoadMore={list.canLoadMore}
          onMore={list.loadMore}
        />
      )}
      <SelectionBar
        project={project}
        runs={page.selectedRuns}
        selected={state.selected}
        total={list.total}
        filter={list.filter}
        columns={columns}
        directions={directions}
        isTrash={state.isTrash}
        onSelect={(selected) => change({ selected })}
      />
      <ListStatus page={page} />
    </section>
  )
}

/**
 * The status line below the table: the number of runs, a button that reads the list again if it is out of date, and
 * which runs the charts draw.
 */
function ListStatus({ page: { state, list, drawn, countChange, isInUse } }: { readonly page: RunsPage }): ReactElement {
  return (
    <StatusLine>
      <span>{t('runs_of', { n: list.total })}</span>
      {countChange !== 0 && isInUse && (
        <button type="button" className="btn bare small" onClick={list.readAgain}>
          <Icon name="retry" size={13} />
          {countChange > 0 ? t('new_runs', { n: countChange }) : t('runs_changed')}
        </button>
      )}
      <span className="grow" />
      {state.group.length === 0 && list.total > 0 && (
        <span>{t(state.selected.length > 0 ? 'drawn_selected' : 'drawn_first', { n: drawn.length })}</span>
      )}
    </StatusLine>
  )
}
