import { Hono } from 'hono'

import { AppError, ERRORS } from '../contract/errors.ts'
import type { ErrorView } from '../contract/errors.ts'
import { errorText, toLocale } from '../contract/messages/messages.ts'
import { toProblemView } from '../contract/problem-view.ts'
import type { Ids, Logger, Storage } from '../core/ports.ts'
import type { Tokens } from '../services/tokens.ts'
import { bindRoutes } from './bind.ts'
import type { Handlers } from './bind.ts'

export interface AppOptions {
  readonly handlers: Handlers
  readonly tokens: Tokens
  readonly ids: Ids
  readonly storage: Storage
  readonly log: Logger
}

/** The HTTP application, without a socket. */
export function createApp({ handlers, tokens, ids, storage, log }: AppOptions): Hono {
  const app = new Hono()
  app.use(async (context, next) => {
    await next()
    context.header('x-content-type-options', 'nosniff')
    context.header('cache-control', 'no-store')
    context.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
  })
  bindRoutes(app, { tokens, ids, storage }, handlers)
  app.notFound((context) => answer(new AppError('not_found', { what: 'such route' }), context.req.header('accept-language')))
  app.onError((error, context) => {
    if (error instanceof AppError) return answer(error, context.req.header('accept-language'))
    const id = ids.uuid().slice(-12)
    log.error({ err: error, errorId: id, method: context.req.method, path: context.req.path }, 'request failed')
    return answer(new AppError('internal', { id }), context.req.header('accept-language'))
  })
  return app
}

function answer(error: AppError, language: string | undefined): Response {
  const locale = toLocale(language)
  const problems = error.problems.map((problem) => toProblemView(problem, locale))
  const view: ErrorView = {
    error: { code: error.code, message: errorText(locale, error.code, error.args), args: error.args, ...(problems.length > 0 && { problems }) },
  }
  return Response.json(view, { status: ERRORS[error.code].status })
}
