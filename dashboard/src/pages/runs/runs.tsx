import { ApiError } from '../../api/client.ts'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import type { ReactElement } from 'react'

import type { CountsView } from '../../../../src/contract/charts.ts'
import type { RunView } from '../../../../src/contract/run.ts'
import type { RunPhase } from '../../../../src/contract/phases.ts'
import { useCounts, useDirections, useSelectedRuns } from '../../api/queries.ts'
import { changeQuery, usePageAddress } from '../../state/location.ts'
import { paths } from '../../paths.ts'
import { useHasIdled } from '../../state/idle.ts'
import { t } from '../../texts/texts.ts'
import { Link } from '../../ui/controls.tsx'
import { Icon } from '../../ui/icons.tsx'
import { useTitle } from '../../ui/page.tsx'
import { Empty, ErrorNotice, Loading } from '../../ui/states.tsx'
import { ColumnPicker } from './column-picker.tsx'
import { defaultColumns, carriedFields, showsBest } from './columns.ts'
import { FilterBar } from './filter-bar.tsx'
import { GroupMenu, GroupTable } from './group-table.tsx'
import { RunCharts } from './run-charts.tsx'
import { RunTable } from './run-table.tsx'
import { FIRST_PAGE_ROWS, toRunListRequest } from './runs-path.ts'
import { runsQuery } from './runs-query.ts'
import { drawnRuns, readRunsState, writeRunsState } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'
import { SelectionBar } from './selection-bar.tsx'
import { SavedViewMenu } from './saved-view-menu.tsx'

const NO_RUNS: readonly RunView[] = []
/** Edits of the filter that follow each other within this time are one step of the browser's history. */
const TYPING_PAUSE_MS = 5_000
/** Parts of the state whose changes are no step of the browser's history. */
const REPLACING_KEYS: readonly (keyof RunsState)[] = ['selected', 'widths', 'zoom', 'unfolded']

/** The page of a project's runs: table and charts side by side. All of its state is in the address. */
export function Runs({ project }: { readonly project: string }): ReactElement {
  useTitle(t('runs'), project)
  const { query } = usePageAddress()
  const state = useMemo(() => readRunsState(query), [query])
  const typedAt = useRef(-Infinity)

  const change = (patch: Partial<RunsState>): void => {
    // Typing, selecting and dragging replace the current entry of the browser's history; each other choice adds one.
    const isTyped = Object.keys(patch).join() === 'filter' && performance.now() - typedAt.current < TYPING_PAUSE_MS
    if ('filter' in patch) typedAt.current = performance.now()
    const isReplacing = Object.keys(patch).every((key) => REPLACING_KEYS.includes(key as keyof RunsState))

    // Changes the state in the address, which may be newer than the one rendered.
    const now = readRunsState(new URLSearchParams(location.search))
    changeQuery(writeRunsState({ ...now, ...patch, ...('group' in patch && { unfolded: [] }) }), {
      replace: isTyped || isReplacing,
    })
  }

  const [hovered, setHovered] = useState<string | undefined>()

  const listed = toRunListRequest(project, state)
  const { filter } = listed
  const runPages = useInfiniteQuery({ ...runsQuery(listed), placeholderData: (before) => before })

  // A filter is invalid for a while as it is typed: the last valid list stays on the screen.
  const lastGood = useRef(runPages.data)
  if (runPages.data) lastGood.current = runPages.data
  const list = { ...runPages, data: runPages.data ?? (runPages.error ? lastGood.current : undefined) }

  // Counts, directions and charts are loaded after the rows are on the screen.
  const isResting = useHasIdled(list.data !== undefined)
  const counts = useCounts({ project, filter: state.filter.trim(), trash: state.isTrash || undefined }, isResting)
  const directions = useDirections(project, isResting || showsBest(state))

  const pages = useMemo(() => list.data?.pages.map((page) => page.runs) ?? [], [list.data])
  const runs = useMemo(() => pages.flat(), [pages])

  // Charts use the first three pages only, so that they do not change while further pages are loaded.
  const [first, second, third] = pages
  const firstRuns = useMemo(() => [first, second, third].flatMap((page) => page ?? []), [first, second, third])

  const highlighted = useDeferredValue(hovered)
  const { selected, drawn: drawnCount } = state
  const fields = useMemo(() => carriedFields(first ?? []), [first])
  const selectedRuns = useSelectedRuns(project, { runs, selected, fields })
  const drawn = useMemo(
    () => drawnRuns(firstRuns, { selected: selectedRuns, drawn: drawnCount }),
    [firstRuns, selectedRuns, drawnCount],
  )

  const total = list.data?.pages[0]?.total ?? runs.length
  const columns = useMemo(
    () => state.columns ?? defaultColumns(runs.slice(0, FIRST_PAGE_ROWS), state.sort),
    [state.columns, state.sort, runs],
  )

  const isComparable =
    !list.isPlaceholderData &&
    !list.isFetching &&
    !counts.isPlaceholderData &&
    counts.dataUpdatedAt >= list.dataUpdatedAt
  const countChange = isComparable && counts.data ? countOf(counts.data, state.phases) - total : 0

  const isInUse = hovered !== undefined || pages.length > 2
  const queries = useQueryClient()

  const readAgain = (): void => {
    // Keeps the first page only: the others are loaded again when they are scrolled to.
    queries.setQueryData(
      runsQuery(listed).queryKey,
      (known) => known && { pages: known.pages.slice(0, 1), pageParams: known.pageParams.slice(0, 1) },
    )
    void list.refetch()
  }

  const readIfChanged = useEffectEvent(() => countChange !== 0 && !isInUse && readAgain())
  // Once for each count: if the list and the count always differed, the list would be read again for ever.
  useEffect(() => void readIfChanged(), [counts.dataUpdatedAt, isInUse])

  if (list.error && !list.data && state.filter === '' && state.sort.length === 0)
    return <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />

  const isEmpty = list.data !== undefined && total === 0
  const isNew = isEmpty && state.filter === '' && state.phases.length === 0 && !state.isTrash

  return (
    <>
      <div className="head">
        <h1>{t(state.isTrash ? 'trash' : 'runs')}</h1>
        {state.isTrash && (
          <Link className="btn bare" to={paths.runs(project)}>
            {t('back_to_runs')}
          </Link>
        )}
        <SavedViewMenu project={project} state={state} onOpen={change} />
        <span className="grow" />
        <GroupMenu
          project={project}
          filter={filter}
          isTrash={state.isTrash}
          group={state.group}
          onChange={(group) => change({ group, zoom: undefined })}
        />
        <ColumnPicker project={project} columns={columns} pinned={state.pinned} onChange={change} />
        <Link className="btn solid" to={paths.create(project)}>
          <Icon name="plus" />
          {t('new_run')}
        </Link>
      </div>
      <FilterBar
        project={project}
        filter={state.filter}
        phases={state.phases}
        counts={counts.data}
        error={list.error ?? undefined}
        hints={list.data?.pages[0]?.hints ?? []}
        onFilter={(text) => change({ filter: text })}
        onPhases={(phases) => change({ phases })}
      />
      {!list.data && list.error ? (
        isRefused(list.error) ? (
          <Empty title={t('filter_unread')} text={t('filter_unread_how')} />
        ) : (
          <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />
        )
      ) : !list.data ? (
        <Loading what={t('runs')} lines={14} />
      ) : isNew ? (
        <Empty
          title={t('no_runs', { project })}
          text={t('no_runs_how')}
          command={`hagane run -f group.yml --project ${project}`}
        />
      ) : (
        <div className="split">
          <section className={list.isPlaceholderData || list.error ? 'left old' : 'left'} aria-label={t('runs')}>
            {isEmpty ? (
              <Empty
                title={t(state.isTrash ? 'trash_empty' : 'nothing_matches')}
                text={t(state.isTrash ? 'trash_why' : 'nothing_matches_why')}
              />
            ) : state.group.length > 0 ? (
              <GroupTable project={project} filter={filter} state={state} columns={columns} onChange={change} />
            ) : (
              <RunTable
                project={project}
                runs={runs}
                pages={pages}
                drawn={drawn}
                total={total}
                columns={columns}
                fields={fields}
                directions={directions}
                state={state}
                hovered={hovered}
                onHover={setHovered}
                onChange={change}
                hasMore={list.hasNextPage}
                onMore={() => !list.isFetching && !list.isFetchNextPageError && void list.fetchNextPage()}
              />
            )}
            <SelectionBar
              project={project}
              runs={selectedRuns}
              selected={selected}
              total={total}
              filter={filter}
              columns={columns}
              directions={directions}
              isTrash={state.isTrash}
              onSelect={(numbers) => change({ selected: numbers })}
            />
            <div className="status">
              <span>{t('runs_of', { n: total })}</span>
              {countChange !== 0 && isInUse && (
                <button type="button" className="btn bare small" onClick={readAgain}>
                  <Icon name="retry" size={13} />
                  {countChange > 0 ? t('new_runs', { n: countChange }) : t('runs_changed')}
                </button>
              )}
              <span className="grow" />
              {state.group.length === 0 && !isEmpty && (
                <span>{t(selected.length > 0 ? 'drawn_selected' : 'drawn_first', { n: drawn.length })}</span>
              )}
            </div>
          </section>
          <RunCharts
            project={project}
            filter={filter}
            runs={isResting ? drawn : NO_RUNS}
            listed={isResting ? firstRuns : NO_RUNS}
            total={total}
            directions={directions}
            state={state}
            hovered={highlighted}
            onHover={setHovered}
            onChange={change}
          />
        </div>
      )}
    </>
  )
}

/** Number of runs in the given phases; of all runs where no phase is given. */
function countOf({ phases, total }: CountsView, shown: readonly string[]): number {
  return shown.length === 0 ? total : shown.reduce((sum, phase) => sum + (phases[phase as RunPhase] ?? 0), 0)
}

/** Whether the server refused the filter or the order, rather than being unreachable. */
function isRefused(error: Error): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500
}
