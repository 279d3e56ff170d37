import { parse } from 'hono/utils/cookie'

import { AppError } from '../../contract/errors.ts'
import type { Permission } from '../../contract/access.ts'
import { may } from '../../core/access/caller.ts'
import type { Caller } from '../../core/access/caller.ts'
import type { Sessions } from '../../services/access/sessions.ts'
import type { Tokens } from '../../services/access/tokens.ts'

/** The part of a request that decides who sends it and whether it may. Also made of a WebSocket upgrade. */
export interface RequestHead {
  readonly method: string
  header(name: string): string | undefined
}

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
export function guardOrigin(request: RequestHead): void {
  const host = guardHost(request)

  const origin = request.header('origin')
  if (origin !== undefined && origin !== `http://${host}`) throw new AppError('host_refused')

  const site = request.header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new AppError('host_refused')
}

/** Returns the Host header. Throws AppError `host_refused` if it is not a loopback name. */
export function guardHost(request: RequestHead): string {
  const host = request.header('host') ?? ''
  if (!LOOPBACK_NAMES.has(host.toLowerCase().replace(/:\d+$/, ''))) throw new AppError('host_refused')
  return host
}

/**
 * Returns the caller of a request that needs a right. A run has rights over itself alone; `runId` is the run that the
 * request is about. Throws AppError `unauthenticated` and `forbidden`.
 */
export async function authorize(
  { tokens, sessions }: AuthServices,
  request: RequestHead,
  { needs, runId }: { readonly needs: Permission; readonly runId: string | undefined },
): Promise<Caller> {
  const header = request.header('authorization')
  const [scheme, token, ...rest] = (header ?? '').split(' ')
  const isBearer = scheme === 'Bearer' && token !== undefined && rest.length === 0
  const caller =
    header === undefined ? callerOfSession(sessions, request) : isBearer ? await tokens.identify(token) : undefined

  if (!caller) throw new AppError('unauthenticated')
  if (!may(caller, needs) || (caller.kind === 'run' && caller.runId !== runId)) throw new AppError('forbidden')
  return caller
}

const SAFE_METHODS = new Set(['GET', 'HEAD'])

/**
 * Returns the person if the request has the cookie of an open session. Because a browser also sends the cookie with
 * requests that other sites cause, a request that changes something must show that a page of this server made it.
 */
function callerOfSession(sessions: Sessions, request: RequestHead): Caller | undefined {
  const cookie = parse(request.header('cookie') ?? '', sessions.cookieName)[sessions.cookieName]
  if (cookie === undefined || !sessions.isOpen(cookie)) return undefined
  const isOwn = request.header('sec-fetch-site') === 'same-origin' || request.header('origin') !== undefined
  return isOwn || SAFE_METHODS.has(request.method) ? { kind: 'person' } : undefined
}
