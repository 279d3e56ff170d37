import { Hono } from 'hono'

import { phrase } from '../contract/fields.ts'
import { AppError, ERRORS } from '../contract/errors.ts'
import type { ErrorView } from '../contract/errors.ts'
import { errorText, plainArgs, toLocale } from '../contract/messages/messages.ts'
import { toProblemView } from '../contract/problem-view.ts'
import type { Ids } from '../core/ports/ids.ts'
import type { Logger } from '../core/ports/logger.ts'
import type { Storage } from '../core/ports/storage.ts'
import { bindRoutes } from './bind.ts'
import type { Handlers } from './bind.ts'
import type { AuthServices } from './frame/guard.ts'
import { createErrorTranslation } from './frame/error-translation.ts'
import { servePages } from './pages.ts'

export interface AppOptions extends AuthServices {
  readonly handlers: Handlers
  /** Folder of the built dashboard. */
  readonly pagesDir: string
  readonly ids: Ids
  readonly storage: Storage
  readonly log: Logger
}

/** Creates the HTTP application: API routes, dashboard pages, error answers and security headers. Opens no port. */
export function createApp({ handlers, pagesDir, ids, storage, log, ...auth }: AppOptions): Hono {
  const app = new Hono()

  app.use(async (context, next) => {
    await next()
    // Set the headers directly: `context.header` would copy the whole response.
    const { headers } = context.res
    headers.set('x-content-type-options', 'nosniff')
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
    if (!headers.has('content-security-policy'))
      headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
  })

  bindRoutes(app, { ...auth, ids, storage }, handlers)
  servePages(app, pagesDir)

  app.notFound((context) =>
    answer(new AppError('not_found', { what: phrase('thing_route') }), context.req.header('accept-language')),
  )

  const translate = createErrorTranslation({ ids, log })
  app.onError((error, { req }) => answer(translate(error, req), req.header('accept-language')))

  return app
}

function answer(error: AppError, language: string | undefined): Response {
  const locale = toLocale(language)
  const problems = error.problems.map((problem) => toProblemView(problem, locale))
  const view: ErrorView = {
    error: {
      code: error.code,
      message: errorText(locale, error.code, error.args),
      args: plainArgs(locale, error.args),
      ...(problems.length > 0 && { problems }),
    },
  }
  return Response.json(view, { status: ERRORS[error.code].status })
}
