import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'

import { AppError } from '../contract/errors.ts'
import type { Access } from '../contract/routes/route.ts'
import type { Sessions } from '../services/access/sessions.ts'
import type { Caller, Tokens } from '../services/access/tokens.ts'

/** The services that can identify a caller. */
export interface AuthServices {
  readonly tokens: Tokens
  readonly sessions: Sessions
}

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Refuses requests that another site's page could have caused: a Host that is not a name of this machine (DNS
 * rebinding), an Origin other than the server's own, or a `Sec-Fetch-Site` header of another site.
 * Throws AppError `host_refused`.
 */
export function guardOrigin(context: Context): void {
  const host = guardHost(context)

  const origin = context.req.header('origin')
  if (origin !== undefined && origin !== `http://${host}`) throw new AppError('host_refused')

  const site = context.req.header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new AppError('host_refused')
}

/** Returns the Host header. Throws AppError `host_refused` if it is not a loopback name. */
export function guardHost(context: Context): string {
  const host = context.req.header('host') ?? ''
  if (!LOOPBACK_NAMES.has(host.toLowerCase().replace(/:\d+$/, ''))) throw new AppError('host_refused')
  return host
}

/**
 * Returns the caller of a request; undefined for a public route. An attempt may use only the routes open to attempts,
 * and there only those of its own run. Throws AppError `unauthenticated` and `forbidden`.
 */
export async function authorize(
  { tokens, sessions }: AuthServices,
  access: Access,
  context: Context,
): Promise<Caller | undefined> {
  if (access === 'public') return undefined

  const header = context.req.header('authorization')
  const [scheme, token, ...rest] = (header ?? '').split(' ')
  const isBearer = scheme === 'Bearer' && token !== undefined && rest.length === 0
  const caller =
    header === undefined ? callerOfSession(sessions, context) : isBearer ? await tokens.identify(token) : undefined

  if (!caller) throw new AppError('unauthenticated')
  if (caller.kind === 'attempt' && (access !== 'attempt' || context.req.param('run') !== caller.runId))
    throw new AppError('forbidden')

  return caller
}

const SAFE_METHODS = new Set(['GET', 'HEAD'])

/**
 * Returns the person if the request has the cookie of an open session. Because a browser also sends the cookie with
 * requests that other sites cause, a request that changes something must show that a page of this server made it.
 */
function callerOfSession(sessions: Sessions, context: Context): Caller | undefined {
  const cookie = getCookie(context, sessions.cookieName)
  if (cookie === undefined || !sessions.isOpen(cookie)) return undefined
  const isOwn = context.req.header('sec-fetch-site') === 'same-origin' || context.req.header('origin') !== undefined
  return isOwn || SAFE_METHODS.has(context.req.method) ? { kind: 'person' } : undefined
}
