import { useInfiniteQuery } from '@tanstack/react-query'
import { useDeferredValue, useMemo, useState } from 'react'
import type { ReactElement } from 'react'

import { useCounts } from '../api/queries.ts'
import { changeQuery, usePlace } from '../state/location.ts'
import { paths } from '../paths.ts'
import { t } from '../texts/texts.ts'
import { Link } from '../ui/controls.tsx'
import { Icon } from '../ui/icons.tsx'
import { useTitle } from '../ui/page.tsx'
import { Empty, Failure, Loading } from '../ui/states.tsx'
import { ColumnPicker } from './column-picker.tsx'
import { FilterBar } from './filter-bar.tsx'
import { GroupMenu, GroupTable } from './group-table.tsx'
import { RunCharts } from './run-charts.tsx'
import { RunTable } from './run-table.tsx'
import { PAGE, runsQuery } from './runs-query.ts'
import { defaultColumns, drawnRuns, filterOf, paramsOf, readRunsState, writeRunsState } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'
import { SelectionBar } from './selection-bar.tsx'
import { ViewMenu } from './view-menu.tsx'

/** Runs of a project: table and charts side by side, all of it in the address. */
export function Runs({ project }: { readonly project: string }): ReactElement {
  useTitle(t('runs'), project)
  const { query } = usePlace()
  const state = useMemo(() => readRunsState(query), [query])
  const change = (patch: Partial<RunsState>): void => changeQuery(writeRunsState({ ...state, ...patch }))
  const [hovered, setHovered] = useState<string | undefined>()

  const filter = filterOf(state)
  const list = useInfiniteQuery({ ...runsQuery(project, state), placeholderData: (before) => before })
  // What the rows say comes before what is said about them.
  const counts = useCounts({ project, filter: state.filter.trim() }, list.data !== undefined)
  const pages = useMemo(() => list.data?.pages.map((page) => page.runs) ?? [], [list.data])
  const runs = useMemo(() => pages.flat(), [pages])
  // Charts stay as they are while further pages come.
  const [first, second, third] = pages
  const head = useMemo(() => [first, second, third].flatMap((page) => page ?? []), [first, second, third])
  const highlighted = useDeferredValue(hovered)
  const { selected, drawn: drawnCount } = state
  const drawable = selected.length > 0 ? runs : head
  const drawn = useMemo(() => drawnRuns(drawable, { selected, drawn: drawnCount }), [drawable, selected, drawnCount])
  const total = list.data?.pages[0]?.total ?? runs.length
  const columns = useMemo(() => state.columns ?? defaultColumns(runs.slice(0, PAGE), state.sort), [state.columns, state.sort, runs])

  if (list.error && !list.data && state.filter === '') return <Failure error={list.error} onRetry={() => void list.refetch()} />
  const isEmpty = list.data !== undefined && total === 0
  const isNew = isEmpty && state.filter === '' && state.phases.length === 0
  return (
    <>
      <div className="head">
        <h1>{t('runs')}</h1>
        <ViewMenu project={project} state={state} onOpen={change} />
        <span className="grow" />
        <GroupMenu group={state.group} params={paramsOf(runs.slice(0, PAGE)).all} onChange={(group) => change({ group })} />
        <ColumnPicker columns={columns} onChange={(chosen) => change({ columns: chosen })} />
        <Link className="btn solid" to={paths.create(project)}>
          <Icon name="plus" />
          {t('new_run')}
        </Link>
      </div>
      <FilterBar
        filter={state.filter}
        phases={state.phases}
        counts={counts.data}
        error={list.error ?? undefined}
        hints={list.data?.pages[0]?.hints ?? []}
        onFilter={(text) => change({ filter: text })}
        onPhases={(phases) => change({ phases })}
      />
      {!list.data ? (
        <Loading what={t('runs')} lines={14} />
      ) : isNew ? (
        <Empty title={t('no_runs', { project })} text={t('no_runs_how')} command={`hagane run -f group.yml --project ${project}`} />
      ) : (
        <div className="split">
          <section className={list.isPlaceholderData ? 'left old' : 'left'} aria-label={t('runs')}>
            {state.group.length > 0 ? (
              <GroupTable project={project} filter={filter} state={state} columns={columns} onChange={change} />
            ) : (
              <RunTable
                project={project}
                runs={runs}
                pages={pages}
                drawn={drawn}
                total={total}
                columns={columns}
                state={state}
                hovered={hovered}
                onHover={setHovered}
                onChange={change}
                hasMore={list.hasNextPage}
                onMore={() => !list.isFetching && void list.fetchNextPage()}
              />
            )}
            {isEmpty && <Empty title={t('nothing_matches')} text={t('nothing_matches_why')} />}
            <SelectionBar
              project={project}
              runs={runs}
              selected={state.selected}
              total={total}
              filter={filter}
              columns={columns}
              onSelect={(selected) => change({ selected })}
            />
            <div className="status">
              <span>{t('runs_of', { n: total })}</span>
              <span className="grow" />
              <span>{t(selected.length > 0 ? 'drawn_selected' : 'drawn_first', { n: drawn.length })}</span>
            </div>
          </section>
          <RunCharts runs={drawn} listed={head} total={total} state={state} hovered={highlighted} onHover={setHovered} onChange={change} />
        </div>
      )}
    </>
  )
}
