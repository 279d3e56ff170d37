import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import type { Locale } from '../../contract/messages/messages.ts'
import { isTerminal } from '../../contract/phases.ts'
import type { RunPageView } from '../../contract/routes/runs.ts'
import type { runRoutes } from '../../contract/routes/runs.ts'
import { readableProjects } from '../../core/access/caller.ts'
import type { Caller } from '../../core/access/caller.ts'
import { formatFilter } from '../../core/filter/format.ts'
import { parseListFields } from '../../core/filter/list-fields.ts'
import { parseFilter, parseSort } from '../../core/filter/parse-filter.ts'
import { findProject, findRun } from '../../services/lookup.ts'
import { changeRuns } from '../../services/runs/bulk.ts'
import { changeRun, deleteRun, pauseRun, restoreRun, stopRun, unpauseRun } from '../../services/runs/controls.ts'
import { deriveRun } from '../../services/runs/derivations.ts'
import { completeFilter, findUnusedNames } from '../../services/runs/filter-completion.ts'
import { createRun } from '../../services/runs/submissions.ts'
import { toRunDetail, toRunViews } from '../../services/runs/views.ts'
import type { HandlersOf } from '../bind.ts'
import { actingWith, toScope, toSubmissionView, withoutUndefined } from './shared.ts'
import type { HandlerDeps } from './shared.ts'

/** Creates the handlers for runs: lists, changes, and runs that are derived from other runs. */
export function createRunHandlers(deps: HandlerDeps): HandlersOf<typeof runRoutes> {
  const act = actingWith(deps)
  const { store } = deps
  const readRunDetail = async (caller: Caller, id: string, locale: Locale) =>
    await toRunDetail(store, await findRun(store.read, caller, id), locale)

  return {
    listRuns: async ({ query, locale, caller }): Promise<RunPageView> => {
      const scope = await toScope(store, caller, query)
      const sort = parseSort(query.sort ?? '')
      const page = await store.scan.runQueries.listPage(
        withoutUndefined({ ...scope, sort, limit: query.limit, cursor: query.cursor, isCounted: query.count }),
      )

      const hints =
        query.cursor === undefined
          ? await findUnusedNames(store, readableProjects(caller), { filter: scope.filter ?? undefined, sort })
          : []
      const figures = query.fields === undefined ? undefined : parseListFields(query.fields)

      return { runs: await toRunViews(store, page.runs, locale, figures), next: page.next, total: page.total, hints }
    },
    createRun: async ({ body, creation, caller }) =>
      toSubmissionView(deps, { kind: 'run', run: await createRun(act(caller), body, creation) }),
    bulkRuns: async ({ body, caller }) => {
      const { filter, runs, project, sweep, action, to, tags, dryRun } = body

      const isScoped = filter !== undefined || sweep !== undefined
      if (!isScoped && runs === undefined) throw new AppError('invalid', { detail: phrase('runs_unnamed') })

      const scope = isScoped
        ? await toScope(store, caller, { filter, project, sweep, trash: action === 'restore' })
        : null
      const ids = (await Promise.all((runs ?? []).map((text) => findRun(store.read, caller, text)))).map(
        (run) => run.id,
      )
      const toProjectId = to === undefined ? undefined : (await findProject(store.read, caller, to)).id

      return await changeRuns(act(caller), { scope, ids }, withoutUndefined({ action, tags, dryRun, toProjectId }))
    },
    getRun: async ({ param, locale, caller }) =>
      await toRunDetail(store, await findRun(store.read, caller, param('run')), locale),
    changeRun: async ({ param, body, locale, caller }) => {
      const run = await findRun(store.read, caller, param('run'))
      const { project, ...patch } = body
      const projectId = project === undefined ? undefined : (await findProject(store.read, caller, project)).id
      await changeRun(act(caller), run, withoutUndefined({ ...patch, projectId }))
      return await readRunDetail(caller, run.id, locale)
    },
    deleteRun: async ({ param, caller }) => ({
      changed: await deleteRun(act(caller), await findRun(store.read, caller, param('run'))),
    }),
    restoreRun: async ({ param, caller }) => ({
      changed: await restoreRun(act(caller), await findRun(store.read, caller, param('run'))),
    }),
    stopRun: async ({ param, caller }) => {
      await stopRun(act(caller), await findRun(store.read, caller, param('run')))
      return { stopping: true }
    },
    pauseRun: async ({ param, caller }) => ({
      changed: await pauseRun(act(caller), await findRun(store.read, caller, param('run'))),
    }),
    resumeRun: async ({ param, body, creation, caller }) => {
      const run = await findRun(store.read, caller, param('run'))
      // A repeated request to unpause a run that has meanwhile ended: return the same answer, and derive no new run.
      const isUnpauseRepeated =
        (await store.read.requests.findDigest(creation.id)) === creation.digest &&
        !(await store.read.runs.get(creation.id))
      if (isUnpauseRepeated) return toSubmissionView(deps, { kind: 'run', run })

      if (isTerminal(run.phase))
        return toSubmissionView(deps, {
          kind: 'run',
          run: await deriveRun(act(caller), run, 'resumes', { request: body, creation }),
        })

      await unpauseRun(act(caller), run, creation)
      return toSubmissionView(deps, { kind: 'run', run })
    },
    restartRun: async ({ param, body, creation, caller }) =>
      toSubmissionView(deps, {
        kind: 'run',
        run: await deriveRun(act(caller), await findRun(store.read, caller, param('run')), 'restarts', {
          request: body,
          creation,
        }),
      }),
    copyRun: async ({ param, body, creation, caller }) =>
      toSubmissionView(deps, {
        kind: 'run',
        run: await deriveRun(act(caller), await findRun(store.read, caller, param('run')), 'copies', {
          request: body,
          creation,
        }),
      }),
    getDocument: async ({ param, caller }) => {
      const run = await findRun(store.read, caller, param('run'))
      const document = run.documentDigest === null ? undefined : await store.read.documents.get(run.documentDigest)
      if (!document) throw new AppError('not_found', { what: phrase('thing_document', { run: run.number }) })
      const diff = run.host?.git?.diff
      const changes = diff ? await store.read.documents.get(diff) : undefined
      return { ...document, sources: [...document.sources], changes: changes?.sources[0]?.text ?? null }
    },
    completeFilter: async ({ query, caller }) => await completeFilter(store, readableProjects(caller), query.text),
    readFilter: async ({ query }) => ({ filter: formatFilter(parseFilter(query.text)) }),
  }
}
