import { useDeferredValue } from 'react'
import type { ReactElement } from 'react'

import type { RunView } from '../../../../src/contract/run.ts'
import { ApiError } from '../../api/client.ts'
import { t } from '../../texts/texts.ts'
import { Empty } from '../../ui/empty.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Loading } from '../../ui/loading.tsx'
import { Split } from '../../ui/split.tsx'
import { useTitle } from '../../ui/use-title.ts'
import { RunCharts } from './charts/run-charts.tsx'
import { FilterBar } from './filter/filter-bar.tsx'
import { RunList } from './run-list.tsx'
import { RunsHead } from './runs-head.tsx'
import { useRunsPage } from './use-runs-page.ts'
import type { RunsPage } from './use-runs-page.ts'

const NO_RUNS: readonly RunView[] = []

/** The page of a project's runs: table and charts side by side. All of its state is in the address. */
export function Runs({ project }: { readonly project: string }): ReactElement {
  useTitle(t('runs'), project)
  const page = useRunsPage(project)
  const { state, change, list } = page

  if (list.error && !list.isLoaded && state.filter === '' && state.sort.length === 0)
    return <ErrorNotice error={list.error} onRetry={list.retry} />

  return (
    <>
      <RunsHead page={page} />
      <FilterBar
        project={project}
        filter={state.filter}
        phases={state.phases}
        counts={page.counts}
        error={list.error}
        hints={list.hints}
        onFilter={(filter) => change({ filter })}
        onPhases={(phases) => change({ phases })}
      />
      <RunsBody page={page} />
    </>
  )
}

/**
 * The list of runs with the charts beside it. While there is no list: a text that
 * it is being loaded, was refused or is empty.
 */
function RunsBody({ page }: { readonly page: RunsPage }): ReactElement {
  const { project, state, list } = page
  const highlighted = useDeferredValue(page.hovered)

  if (!list.isLoaded) {
    if (!list.error) return <Loading what={t('runs')} lines={14} />
    return isRefused(list.error) ? (
      <Empty title={t('filter_unread')} text={t('filter_unread_how')} />
    ) : (
      <ErrorNotice error={list.error} onRetry={list.retry} />
    )
  }

  if (list.total === 0 && state.filter === '' && state.phases.length === 0 && !state.isTrash)
    return (
      <Empty
        title={t('no_runs', { project })}
        text={t('no_runs_how')}
        command={`hagane run -f group.yml --project ${project}`}
      />
    )

  return (
    <Split>
      <RunList page={page} />
      <RunCharts
        project={project}
        filter={list.filter}
        runs={page.hasIdled ? page.drawn : NO_RUNS}
        listed={page.hasIdled ? page.firstRuns : NO_RUNS}
        total={list.total}
        directions={page.directions}
        state={state}
        hovered={highlighted}
        onHover={page.setHovered}
        onChange={page.change}
      />
    </Split>
  )
}

/**
 * Whether the server rejected the request, as for an invalid filter or sort order.
 * False if the server failed or did not answer.
 */
function isRefused(error: Error): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500
}
