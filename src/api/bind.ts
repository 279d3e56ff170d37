import type { Context, Hono } from 'hono'
import { z } from 'zod'

import { AppError } from '../contract/errors.ts'
import { toLocale } from '../contract/messages/messages.ts'
import type { Locale } from '../contract/messages/messages.ts'
import { LIMITS } from '../contract/limits.ts'
import { ROUTES } from '../contract/routes.ts'
import type { Route, RouteName } from '../contract/routes.ts'
import type { Caller, Tokens } from '../services/tokens.ts'
import { authorize, guardOrigin } from './guard.ts'

type Table = typeof ROUTES
type QueryOf<N extends RouteName> = Table[N] extends { query: infer Q extends z.ZodType } ? z.output<Q> : undefined
type BodyOf<N extends RouteName> = Table[N] extends { body: infer B extends z.ZodType } ? z.output<B> : undefined

/** What a handler gets: everything checked, nothing of the framework but the names in the path. */
export interface Call<N extends RouteName> {
  readonly query: QueryOf<N>
  readonly body: BodyOf<N>
  readonly caller: Caller | undefined
  readonly locale: Locale
  param(name: string): string
}

/** Returns what becomes the JSON answer, or an answer of its own. */
export type Handler<N extends RouteName> = (call: Call<N>) => Promise<unknown>

export type Handlers = { readonly [N in RouteName]: Handler<N> }

/** Binds every route of the table to its handler. Guard, limits and validation stand here once, for all of them. */
export function bindRoutes(app: Hono, tokens: Tokens, handlers: Handlers): void {
  for (const name of Object.keys(ROUTES) as RouteName[]) {
    const route: Route = ROUTES[name]
    app.on(route.method, route.path, async (context) => {
      guardOrigin(context)
      const caller = await authorize(tokens, route.access, context)
      const call = {
        caller,
        locale: toLocale(context.req.header('accept-language')),
        query: route.query && parse(route.query, context.req.query()),
        body: route.body && parse(route.body, await readJson(context, route.bodyBytesMax ?? LIMITS.bodyBytesMax)),
        param: (key: string) => context.req.param(key) ?? '',
      }
      const result = await (handlers[name] as Handler<never>)(call)
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

async function readJson(context: Context, bytesMax: number): Promise<unknown> {
  if (!/^application\/json\b/.test(context.req.header('content-type') ?? ''))
    throw new AppError('invalid', { detail: 'the content type must be application/json' })
  if (Number(context.req.header('content-length') ?? 0) > bytesMax) throw new AppError('too_large', { max: bytesMax })
  const text = await readText(context.req.raw, bytesMax)
  try {
    return JSON.parse(text)
  } catch {
    throw new AppError('invalid', { detail: 'the body is not JSON' })
  }
}

/** Reads a body up to a limit; one that does not say its length is counted as it comes. */
async function readText(request: Request, bytesMax: number): Promise<string> {
  if (request.headers.has('content-length')) return await request.text()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.length
    if (size > bytesMax) throw new AppError('too_large', { max: bytesMax })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
