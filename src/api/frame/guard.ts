import { parse } from 'hono/utils/cookie'

import { AppError } from '../../contract/errors.ts'
import type { Permission } from '../../contract/access.ts'
import { may } from '../../core/access/caller.ts'
import type { Caller } from '../../core/access/caller.ts'
import type { Sessions } from '../../services/access/sessions.ts'
import type { Tokens } from '../../services/access/tokens.ts'

/** Method and headers of a request: the part that the checks of this file need. */
export interface RequestHead {
  readonly method: string
  header(name: string): string | undefined
}

/** The services that find the caller of a request by its token or its session cookie. */
export interface AuthServices {
  readonly tokens: Tokens
  readonly sessions: Sessions
}

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Throws AppError `host_refused` for a request that a page of another site may have caused: the Host is not a loopback
 * name (DNS rebinding), the Origin is not that of this server, or `sec-fetch-site` names another site.
 */
export function guardOrigin(request: RequestHead): void {
  const host = guardHost(request)

  const origin = request.header('origin')
  if (origin !== undefined && origin !== `http://${host}`) throw new AppError('host_refused')

  const site = request.header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new AppError('host_refused')
}

/** Returns the Host header, including the port. Throws AppError `host_refused` if it is not a loopback name. */
export function guardHost(request: RequestHead): string {
  const host = request.header('host') ?? ''
  if (!LOOPBACK_NAMES.has(host.toLowerCase().replace(/:\d+$/, ''))) throw new AppError('host_refused')
  return host
}

/**
 * Returns the caller of a request and checks that the caller has the right `needs`. A caller of kind `run` may only
 * access itself; `runId` is the run in the path of the request. Throws AppError `unauthenticated` without a valid token
 * or session, and `forbidden` without the right.
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
 * Returns caller `person` if the request has the cookie of an open session, else undefined. A browser also sends the
 * cookie with requests that pages of other sites cause. A request other than GET or HEAD must therefore have
 * `sec-fetch-site: same-origin` or an Origin, which `guardOrigin` has checked.
 */
function callerOfSession(sessions: Sessions, request: RequestHead): Caller | undefined {
  const cookie = parse(request.header('cookie') ?? '', sessions.cookieName)[sessions.cookieName]
  if (cookie === undefined || !sessions.isOpen(cookie)) return undefined
  const isOwn = request.header('sec-fetch-site') === 'same-origin' || request.header('origin') !== undefined
  return isOwn || SAFE_METHODS.has(request.method) ? { kind: 'person' } : undefined
}
