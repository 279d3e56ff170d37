import type { Hono } from 'hono'
import { z } from 'zod'
import { AppError } from '../contract/errors.ts'
import { toLocale } from '../contract/messages/messages.ts'
import type { Locale } from '../contract/messages/messages.ts'
import { LIMITS } from '../contract/limits.ts'
import type { ParamName, RouteName } from '../contract/endpoints.ts'
import { ROUTES } from '../contract/routes/all.ts'
import type { AnswerOf, BodyOf, QueryOf } from '../contract/routes/all.ts'
import type { Route } from '../contract/routes/route.ts'
import type { Ids } from '../core/ports/ids.ts'
import type { Storage } from '../core/ports/storage.ts'
import type { Creation } from '../services/creations.ts'
import type { Caller } from '../core/access/caller.ts'
import { capBytes, readJson } from './frame/body.ts'
import { toCreation } from './frame/creation.ts'
import { authorize, guardOrigin } from './frame/guard.ts'
import type { AuthServices } from './frame/guard.ts'
import { refuseLongParams, refuseNul } from './frame/input.ts'
import { retryStale } from './frame/retry-stale.ts'
import { describeFaults } from './frame/schema-faults.ts'

/** The caller of a request to a route; `undefined` if the route is public. */
type CallerOf<N extends RouteName> = (typeof ROUTES)[N]['needs'] extends 'public' ? undefined : Caller

/** The validated input of a handler. Handlers do not depend on the HTTP framework. */
export interface Call<N extends RouteName> {
  readonly query: QueryOf<N>
  readonly body: BodyOf<N>
  readonly caller: CallerOf<N>
  readonly locale: Locale
  /** Only for routes with `isIdempotentCreate`: the id of the object to create, and a digest of the request. */
  readonly creation: Creation
  /**
   * Only for routes with `hasByteBody`: the chunks of the body as they arrive. Iterating throws AppError `too_large`
   * once the body exceeds the limit of the route.
   */
  readonly bytes: AsyncIterable<Uint8Array>
  /** Returns the value of a parameter of the path. */
  param(name: ParamName<N>): string
  /** Returns a header of the request; undefined if it is absent. */
  header(name: string): string | undefined
}

/** Handles the requests of one route. Returns its answer, which is sent as JSON, or a Response. */
export type Handler<N extends RouteName> = (call: Call<N>) => Promise<AnswerOf<N> | Response>

/** A handler for each route of a table. */
export type HandlersOf<Table> = { readonly [N in keyof Table & RouteName]: Handler<N> }

/** A handler for every route. */
export type Handlers = HandlersOf<typeof ROUTES>

export interface BindOptions extends AuthServices {
  readonly ids: Ids
  readonly storage: Storage
}

/**
 * Registers every route of `contract/routes/` with its handler. Before a handler runs, the caller's rights, the size of
 * the body and the input are checked here.
 */
export function bindRoutes(app: Hono, { ids, storage, ...auth }: BindOptions, handlers: Handlers): void {
  for (const name of Object.keys(ROUTES) as RouteName[]) {
    const route: Route = ROUTES[name]
    app.on(route.method, route.path, async (context) => {
      guardOrigin(context.req)
      const { needs } = route
      const caller =
        needs === 'public' ? undefined : await authorize(auth, context.req, { needs, runId: context.req.param('run') })

      // On a full disk, refuse requests that write data: the last free space is kept for recording how runs end.
      if (route.isRefusedWhenFull && storage.getState().level === 'full') throw new AppError('storage_full')
      const bytesMax = route.bodyBytesMax ?? LIMITS.bodyBytesMax

      const raw = route.body && (await readJson(context.req.raw, bytesMax))
      refuseNul({ ...context.req.param(), ...context.req.query(), ...(!route.skipsNulCheck && { body: raw }) })
      refuseLongParams(context.req.param())

      // The framework answers HEAD with the handler for GET. The body of an event stream never ends, so only its
      // headers are sent.
      if (context.req.method === 'HEAD' && route.produces === 'text/event-stream')
        return context.body(null, 200, { 'content-type': route.produces })

      const call = {
        caller,
        locale: toLocale(context.req.header('accept-language')),
        query: route.query && parse(route.query, context.req.query()),
        body: route.body && parse(route.body, raw),
        creation:
          route.isIdempotentCreate &&
          toCreation(ids, `${route.method} ${context.req.path}`, raw, context.req.header('idempotency-key')),
        bytes: route.hasByteBody && capBytes(context.req.raw.body ?? [], bytesMax),
        param: (key: string) => context.req.param(key) ?? '',
        header: (key: string) => context.req.header(key),
      }

      const handle = async (): Promise<unknown> => await (handlers[name] as (call: unknown) => Promise<unknown>)(call)
      // `retryStale` runs a handler again if a concurrent request changed the same row. A byte body can be read only
      // once, so its handler runs once.
      const result = await (route.hasByteBody ? handle() : retryStale(handle))
      return result instanceof Response ? result : context.json(result as object)
    })
  }
}

function parse(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) return result.data
  throw new AppError('invalid', { detail: describeFaults(result.error.issues) })
}
