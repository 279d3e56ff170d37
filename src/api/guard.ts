import type { Context } from 'hono'

import { AppError } from '../contract/errors.ts'
import type { Access } from '../contract/routes.ts'
import type { Caller, Tokens } from '../services/tokens.ts'

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Refuses requests that a web page could have caused: a Host that is not a name of this machine (DNS rebinding), an Origin
 * that is not the server's own, or a browser's word that the request crosses sites. Throws `host_refused`.
 */
export function guardOrigin(context: Context): void {
  const host = context.req.header('host') ?? ''
  if (!LOOPBACK_NAMES.has(host.toLowerCase().replace(/:\d+$/, ''))) throw new AppError('host_refused')
  const origin = context.req.header('origin')
  if (origin !== undefined && origin !== `http://${host}`) throw new AppError('host_refused')
  const site = context.req.header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new AppError('host_refused')
}

/**
 * Lets in who may use the route. An attempt may only reach routes open to attempts, and there only its own run. Throws
 * `unauthenticated` and `forbidden`.
 */
export async function authorize(tokens: Tokens, access: Access, context: Context): Promise<Caller | undefined> {
  if (access === 'public') return undefined
  const [scheme, token, ...rest] = (context.req.header('authorization') ?? '').split(' ')
  const caller = scheme === 'Bearer' && token && rest.length === 0 ? await tokens.identify(token) : undefined
  if (!caller) throw new AppError('unauthenticated')
  if (caller.kind === 'attempt' && (access !== 'attempt' || context.req.param('run') !== caller.runId)) throw new AppError('forbidden')
  return caller
}
