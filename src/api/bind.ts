import type { Context, Hono } from 'hono'
import { z } from 'zod'

import { phrase } from '../contract/fields.ts'
import { AppError } from '../contract/errors.ts'
import { toLocale } from '../contract/messages/messages.ts'
import type { Locale } from '../contract/messages/messages.ts'
import { LIMITS } from '../contract/limits.ts'
import type { ParamName, RouteName } from '../contract/endpoints.ts'
import { ROUTES } from '../contract/routes/all.ts'
import type { AnswerOf, BodyOf, QueryOf } from '../contract/routes/all.ts'
import type { Route } from '../contract/routes/route.ts'
import { parseJson } from '../contract/values.ts'
import type { Ids } from '../core/ports/ids.ts'
import type { Storage } from '../core/ports/storage.ts'
import type { Creation } from '../services/creations.ts'
import type { Caller } from '../core/access/caller.ts'
import { authorize, guardOrigin } from './guard.ts'
import type { AuthServices } from './guard.ts'
import { retryStale } from './retry-stale.ts'

/** The caller of a route; `undefined` for a public one. */
type CallerOf<N extends RouteName> = (typeof ROUTES)[N]['needs'] extends 'public' ? undefined : Caller

/** The validated input of a handler. It contains nothing of the HTTP framework. */
export interface Call<N extends RouteName> {
  readonly query: QueryOf<N>
  readonly body: BodyOf<N>
  readonly caller: CallerOf<N>
  readonly locale: Locale
  /** For routes with `isIdempotentCreate`: the id of the thing to create, and a digest of the request. */
  readonly creation: Creation
  /**
   * For routes with `hasByteBody`: the body as it arrives. Iterating throws AppError `too_large` beyond the route's
   * limit.
   */
  readonly bytes: AsyncIterable<Uint8Array>
  /** A parameter of the path. */
  param(name: ParamName<N>): string
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
 * Registers every route of `contract/routes/` with its handler. Access checks, size limits and validation are done
 * here for all routes.
 */
export function bindRoutes(app: Hono, { ids, storage, ...keys }: BindOptions, handlers: Handlers): void {
  for (const name of Object.keys(ROUTES) as RouteName[]) {
    const route: Route = ROUTES[name]
    app.on(route.method, route.path, async (context) => {
      guardOrigin(context.req)
      const { needs } = route
      const caller =
        needs === 'public' ? undefined : await authorize(keys, context.req, { needs, runId: context.req.param('run') })

      // On a full disk the reserve is kept for recording how runs end.
      if (route.isRefusedWhenFull && storage.getState().level === 'full') throw new AppError('storage_full')
      const bytesMax = route.bodyBytesMax ?? LIMITS.bodyBytesMax

      const raw = route.body && (await readJson(context, bytesMax))
      refuseNul({ ...context.req.param(), ...context.req.query(), ...(!route.skipsNulCheck && { body: raw }) })
      for (const [key, value] of Object.entries<string>(context.req.param()))
        if (value.length > LIMITS.nameCharsMax)
          throw new AppError('invalid', { detail: phrase('query_long', { key, max: LIMITS.nameCharsMax }) })

      // The body of an event stream never ends, so HEAD is answered here with the headers only.
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
      // A byte body can be read only once, so its handler is not run again after a lost race.
      const result = await (route.hasByteBody ? handle() : retryStale(handle))
      return result instanceof Response ? result : context.json(result as object)
    })
  }
}

function parse(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new AppError('invalid', {
    detail: result.error.issues
      .slice(0, 5)
      .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
      .join('; '),
  })
}

const BODY_DEPTH_MAX = 100

/**
 * Throws AppError `invalid` for a NUL in any key or text of a value: databases reject it in texts and file systems in
 * names. Also throws for a value that is nested too deeply.
 */
function refuseNul(value: unknown, path = '', depth = 0): void {
  if (depth > BODY_DEPTH_MAX) throw new AppError('invalid', { detail: phrase('body_deep', { max: BODY_DEPTH_MAX }) })
  if (typeof value === 'string' && value.includes('\0'))
    throw new AppError('invalid', { detail: phrase('body_nul', { path }) })
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries(value)) {
    refuseNul(key, path, depth)
    refuseNul(item, path === '' ? key : `${path}.${key}`, depth + 1)
  }
}

/** Reads a JSON body; an empty object if there is none. Throws AppError `invalid` and `too_large`. */
async function readJson(context: Context, bytesMax: number): Promise<unknown> {
  if (!hasBody(context)) return {}
  if (!/^application\/json\b/.test(context.req.header('content-type') ?? ''))
    throw new AppError('invalid', { detail: phrase('body_type') })
  if (Number(context.req.header('content-length') ?? 0) > bytesMax) throw new AppError('too_large', { max: bytesMax })

  const text = await readText(context.req.raw, bytesMax)
  try {
    return parseJson(text)
  } catch {
    throw new AppError('invalid', { detail: phrase('body_not_json') })
  }
}

const KEY_CHARS_MAX = 200

/**
 * Returns the id and the digest of a request that creates something. The id is the one in the body, otherwise one
 * derived from the idempotency key, otherwise a new one.
 */
function toCreation(ids: Ids, route: string, raw: unknown, key: string | undefined): Creation {
  if (key !== undefined && (key === '' || key.length > KEY_CHARS_MAX))
    throw new AppError('invalid', { detail: phrase('key_length', { max: KEY_CHARS_MAX }) })

  const { id, ...asked } = raw as Record<string, unknown>
  const digest = ids.digest(`${route} ${canonicalText(asked)}`)

  return {
    id: typeof id === 'string' ? id : key === undefined ? ids.uuid() : idFromHash(ids.digest(`${route} ${key}`)),
    digest,
  }
}

/** Makes a UUID of version 8 (RFC 9562) from a hash. */
function idFromHash(hash: string): string {
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}

/** Returns JSON with sorted keys, so that requests that differ only in the order of keys have the same digest. */
function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}

/** Passes the chunks of a body on, and throws AppError `too_large` once they exceed `bytesMax`. */
async function* capBytes(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  bytesMax: number,
): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > bytesMax) throw new AppError('too_large', { max: bytesMax })
    yield chunk
  }
}

function hasBody(context: Context): boolean {
  return Number(context.req.header('content-length') ?? 0) > 0 || context.req.header('transfer-encoding') !== undefined
}

/**
 * Reads a body as text. With a `content-length` the size has already been checked; without, chunks are counted as they
 * arrive. Throws AppError `too_large`.
 */
async function readText(request: Request, bytesMax: number): Promise<string> {
  if (request.headers.has('content-length')) return await request.text()
  const chunks: Uint8Array[] = []
  for await (const chunk of capBytes(request.body ?? [], bytesMax)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
