import { phrase } from '../../contract/fields.ts'
import { AppError } from '../../contract/errors.ts'
import { parseReferenceNumber } from '../../contract/ids.ts'
import { toJsonSchema } from '../../contract/json-schema.ts'
import { detailText } from '../../contract/messages/messages.ts'
import type { Locale } from '../../contract/messages/messages.ts'
import { toOpenApi } from '../../contract/openapi.ts'
import { toProblemView } from '../../contract/problem-view.ts'
import type { CheckView, SubmitRequest } from '../../contract/routes.ts'
import { toPlain } from '../../contract/values.ts'
import { SpecError } from '../../core/language/document.ts'
import { createEventFeed } from '../../services/history/event-feed.ts'
import { SESSION_LIFE_MS } from '../../services/access/sessions.ts'
import { submit } from '../../services/runs/submissions.ts'
import { toEventViews } from '../../services/runs/views.ts'
import type { Handlers } from '../bind.ts'
import { createEventStreams } from '../event-stream.ts'
import { findRun, findSweep, toSubmissionView, withoutUndefined } from './shared.ts'
import type { HandlerDeps } from './shared.ts'

/** Handlers for the server itself, for sessions, submissions and events. */
export function createSystemHandlers(
  deps: HandlerDeps,
): Pick<
  Handlers,
  | 'health'
  | 'openapi'
  | 'createSessionCode'
  | 'openSession'
  | 'closeSession'
  | 'doctor'
  | 'checkDocument'
  | 'getLanguage'
  | 'submit'
  | 'resolve'
  | 'listEvents'
  | 'streamEvents'
  | 'shutdown'
> {
  const { store } = deps
  const openStream = createEventStreams((events) => toEventViews(store, events), deps.activity)

  return {
    health: async () => ({ name: 'hagane', version: deps.version, status: 'ok' }),
    openapi: async () => toOpenApi(deps.version),
    createSessionCode: async () => ({ code: deps.sessions.createCode() }),
    openSession: async ({ body }) => {
      const cookie = 'code' in body ? deps.sessions.openWithCode(body.code) : deps.sessions.openWithToken(body.token)
      if (cookie === undefined) throw new AppError('unauthenticated')
      return sessionResponse(
        { signedIn: true },
        sessionCookie(deps.sessions.cookieName, cookie, SESSION_LIFE_MS / 1000),
      )
    },
    closeSession: async () => sessionResponse({ signedIn: false }, sessionCookie(deps.sessions.cookieName, '', 0)),
    doctor: async ({ query, locale }) =>
      (await deps.examine(query.deep ?? false)).map((one) => ({
        ...one,
        detail: typeof one.detail === 'string' ? one.detail : detailText(locale, one.detail),
      })),
    checkDocument: async ({ body, locale }) => await checkView(deps, body, locale),
    getLanguage: async () => toJsonSchema(),
    submit: async ({ body, creation }) => toSubmissionView(deps, await submit(deps, body, creation)),
    resolve: async ({ param }) => {
      const number = parseReferenceNumber(param('number')) ?? -1
      if (await store.read.runs.getByNumber(number)) return { kind: 'run', number }
      if (await store.read.sweeps.getByNumber(number)) return { kind: 'sweep', number }
      throw new AppError('not_found', { what: phrase('thing_number', { name: param('number') }) })
    },
    listEvents: async ({ query }) => {
      const about = withoutUndefined({
        runId: query.run === undefined ? undefined : (await findRun(store, query.run)).id,
        sweepId: query.sweep === undefined ? undefined : (await findSweep(store, query.sweep)).id,
      })
      return await toEventViews(store, await store.read.events.listAfter(query.after, query.limit, about))
    },
    streamEvents: async ({ query, header }) => {
      const last = header('last-event-id')
      if (last !== undefined && !/^\d{1,15}$/.test(last))
        throw new AppError('invalid', { detail: phrase('last_event') })
      const after = last === undefined ? (query.after ?? (await store.read.events.findLatestSeq())) : Number(last)
      return openStream(createEventFeed(deps, after))
    },
    shutdown: async () => {
      deps.shutdown()
      return { stopping: true }
    },
  }
}

const RUNS_SHOWN = 10

/** Checks a document and returns its problems, or its plan with the first runs that it leads to. */
async function checkView(
  { compiler }: HandlerDeps,
  { sources, params }: Pick<SubmitRequest, 'sources' | 'params'>,
  locale: Locale,
): Promise<CheckView> {
  try {
    const { plan, warnings, trials, first } = await compiler.check(sources, params ?? {}, RUNS_SHOWN)
    return {
      errors: [],
      warnings: warnings.map((problem) => toProblemView(problem, locale)),
      plan: toPlain(plan) as Record<string, unknown>,
      trials,
      first: first.map((run) => ({ params: toPlain(run.params) as Record<string, unknown>, command: run.command })),
    }
  } catch (error) {
    if (!(error instanceof SpecError)) throw error
    return {
      errors: error.problems.map((problem) => toProblemView(problem, locale)),
      warnings: [],
      plan: null,
      trials: null,
      first: [],
    }
  }
}

/**
 * Returns a Set-Cookie header that scripts cannot read and that browsers do not send with requests from other sites.
 */
function sessionCookie(name: string, value: string, seconds: number): string {
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}`
}

function sessionResponse(view: object, cookie: string): Response {
  return Response.json(view, { headers: { 'set-cookie': cookie } })
}
