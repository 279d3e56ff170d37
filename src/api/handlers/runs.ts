import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import type { Locale } from '../../contract/messages/messages.ts'
import { isTerminal } from '../../contract/phases.ts'
import type { RunPageView } from '../../contract/routes/runs.ts'
import type { runRoutes } from '../../contract/routes/runs.ts'
import { formatFilter } from '../../core/filter/format.ts'
import { parseListFields } from '../../core/filter/list-fields.ts'
import { parseFilter, parseSort } from '../../core/filter/parse-filter.ts'
import { findProject } from '../../services/projects/projects.ts'
import { changeRuns } from '../../services/runs/bulk.ts'
import { changeRun, deleteRun, pauseRun, restoreRun, stopRun, unpauseRun } from '../../services/runs/controls.ts'
import { deriveRun } from '../../services/runs/derivations.ts'
import { completeFilter, findHints } from '../../services/runs/filter-completion.ts'
import { createRun } from '../../services/runs/submissions.ts'
import { toRunDetail, toRunViews } from '../../services/runs/views.ts'
import type { HandlersOf } from '../bind.ts'
import { findRun, toScope, toSubmissionView, withoutUndefined } from './shared.ts'
import type { HandlerDeps } from './shared.ts'

/** Handlers for runs: lists, changes, and runs that are made from other runs. */
export function createRunHandlers(deps: HandlerDeps): HandlersOf<typeof runRoutes> {
  const { store } = deps
  const readRunDetail = async (id: string, locale: Locale) => await toRunDetail(store, await findRun(store, id), locale)

  return {
    listRuns: async ({ query, locale }): Promise<RunPageView> => {
      const scope = await toScope(store, query)
      const sort = parseSort(query.sort ?? '')
      const page = await store.scan.runQueries.listPage(
        withoutUndefined({ ...scope, sort, limit: query.limit, cursor: query.cursor, isCounted: query.count }),
      )

      const hints =
        query.cursor === undefined ? await findHints(store, { filter: scope.filter ?? undefined, sort }) : []
      const figures = query.fields === undefined ? undefined : parseListFields(query.fields)

      return { runs: await toRunViews(store, page.runs, locale, figures), next: page.next, total: page.total, hints }
    },
    createRun: async ({ body, creation }) =>
      toSubmissionView(deps, { kind: 'run', run: await createRun(deps, body, creation) }),
    bulkRuns: async ({ body }) => {
      const { filter, runs, project, sweep, action, to, tags, dryRun } = body

      const isScoped = filter !== undefined || sweep !== undefined
      if (!isScoped && runs === undefined) throw new AppError('invalid', { detail: phrase('runs_unnamed') })

      const scope = isScoped ? await toScope(store, { filter, project, sweep, trash: action === 'restore' }) : null
      const ids = (await Promise.all((runs ?? []).map((text) => findRun(store, text)))).map((run) => run.id)
      const toProjectId = to === undefined ? undefined : (await findProject(store.read, to)).id

      return await changeRuns(deps, { scope, ids }, withoutUndefined({ action, tags, dryRun, toProjectId }))
    },
    getRun: async ({ param, locale }) => await toRunDetail(store, await findRun(store, param('run')), locale),
    changeRun: async ({ param, body, locale }) => {
      const run = await findRun(store, param('run'))
      const { project, ...patch } = body
      const projectId = project === undefined ? undefined : (await findProject(store.read, project)).id
      await changeRun(store, run, withoutUndefined({ ...patch, projectId }))
      return await readRunDetail(run.id, locale)
    },
    deleteRun: async ({ param }) => ({ changed: await deleteRun(deps, await findRun(store, param('run'))) }),
    restoreRun: async ({ param }) => ({ changed: await restoreRun(deps, await findRun(store, param('run'))) }),
    stopRun: async ({ param }) => {
      await stopRun(deps, await findRun(store, param('run')))
      return { stopping: true }
    },
    pauseRun: async ({ param }) => ({ changed: await pauseRun(deps, await findRun(store, param('run'))) }),
    resumeRun: async ({ param, body, creation }) => {
      const run = await findRun(store, param('run'))
      // A repeated request to unpause a run that has ended since: answer as before, and derive no new run.
      const isUnpauseRepeated =
        (await store.read.requests.findDigest(creation.id)) === creation.digest &&
        !(await store.read.runs.get(creation.id))
      if (isUnpauseRepeated) return toSubmissionView(deps, { kind: 'run', run })

      if (isTerminal(run.phase))
        return toSubmissionView(deps, {
          kind: 'run',
          run: await deriveRun(deps, run, 'resumes', { request: body, creation }),
        })

      await unpauseRun(deps, run, creation)
      return toSubmissionView(deps, { kind: 'run', run })
    },
    restartRun: async ({ param, body, creation }) =>
      toSubmissionView(deps, {
        kind: 'run',
        run: await deriveRun(deps, await findRun(store, param('run')), 'restarts', { request: body, creation }),
      }),
    copyRun: async ({ param, body, creation }) =>
      toSubmissionView(deps, {
        kind: 'run',
        run: await deriveRun(deps, await findRun(store, param('run')), 'copies', { request: body, creation }),
      }),
    getDocument: async ({ param }) => {
      const run = await findRun(store, param('run'))
      const document = run.documentDigest === null ? undefined : await store.read.documents.get(run.documentDigest)
      if (!document) throw new AppError('not_found', { what: phrase('thing_document', { run: run.number }) })
      const diff = run.host?.git?.diff
      const changes = diff ? await store.read.documents.get(diff) : undefined
      return { ...document, sources: [...document.sources], changes: changes?.sources[0]?.text ?? null }
    },
    completeFilter: async ({ query }) => await completeFilter(store, query.text),
    readFilter: async ({ query }) => ({ filter: formatFilter(parseFilter(query.text)) }),
  }
}
