import { readServerState, readToken } from '../config/state-files.ts'
import { EXIT } from '../contract/errors.ts'
import type { ErrorView } from '../contract/errors.ts'
import { buildPath, ENDPOINTS } from '../contract/endpoints.ts'
import type { ParamsOf, RouteName } from '../contract/endpoints.ts'
import type { AnswerOf, AnyRequest, RequestArguments } from '../contract/routes/all.ts'
import { parseJson } from '../contract/values.ts'
import { ApiError } from './api-error.ts'
import { CliExit } from './context.ts'
import type { Cli } from './context.ts'

/**
 * Sends requests to the routes of one server. Both methods throw ApiError for an error response, and CliExit if the
 * server does not answer or is not a Hagane server.
 */
export interface Client {
  readonly url: string
  /** Sends a request and resolves to its parsed JSON answer. */
  call<N extends RouteName>(name: N, ...request: Arguments<N>): Promise<AnswerOf<N>>
  /** Sends a request and resolves to the response itself, for routes whose answer is not JSON. */
  fetch<N extends RouteName>(name: N, ...request: Arguments<N>): Promise<Response>
}

/** A request to a route; `bytes` are sent as the body in place of `body`. */
type Arguments<N extends RouteName> = RequestArguments<N, { readonly bytes?: Uint8Array }>

/**
 * Returns a client of the configured server: the one in `HAGANE_HOST`, else the one of the last login, else the one
 * that last ran on the data directory. Returns undefined if there is none.
 */
export function findClient(cli: Cli): Client | undefined {
  const { host, login } = cli.config
  const url = host ?? login?.host ?? readServerState(cli.config.dataDir)?.url
  if (!url) return undefined

  const token =
    cli.config.token ?? (login && login.host === url ? login.token : undefined) ?? readToken(cli.config.dataDir) ?? ''
  return createClient(url.replace(/\/$/, ''), token, cli)
}

/** Like `findClient`, but throws CliExit if no server is configured. */
export function requireClient(cli: Cli): Client {
  const client = findClient(cli)
  if (!client) throw new CliExit(EXIT.unreachable, cli.formatMessage('server_none'))
  return client
}

/** Returns a client of the server at `url`. Each request contains `token` and the configured language. */
export function createClient(url: string, token: string, cli: Cli): Client {
  const notHaganeError = ({ status }: Response): CliExit =>
    new CliExit(EXIT.unreachable, cli.formatMessage('server_foreign', { url, status }))
  const throwUnreachable = (cause: unknown): never => {
    throw new CliExit(EXIT.unreachable, cli.formatMessage('server_unreachable', { url }), { cause })
  }

  const readJson = async (response: Response): Promise<unknown> => {
    const text = await response.text().catch(throwUnreachable)
    try {
      return parseJson(text)
    } catch {
      throw notHaganeError(response)
    }
  }

  const send = async <N extends RouteName>(name: N, ...[request]: Arguments<N>): Promise<Response> => {
    const { params = {}, query, body, bytes }: AnyRequest & { bytes?: Uint8Array } = request ?? {}
    const headers = {
      authorization: `Bearer ${token}`,
      'accept-language': cli.config.locale,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(bytes !== undefined && { 'content-type': 'application/octet-stream' }),
    }

    const response = await fetch(`${url}${buildPath(name, params as ParamsOf<N>, query)}`, {
      method: ENDPOINTS[name].method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(bytes !== undefined && { body: bytes as Uint8Array<ArrayBuffer> }),
    }).catch(throwUnreachable)

    if (response.ok) return response
    const view = (await readJson(response)) as Partial<ErrorView> | null
    throw typeof view?.error?.code === 'string' ? new ApiError(view as ErrorView) : notHaganeError(response)
  }

  return { url, fetch: send, call: async (name, ...request) => (await readJson(await send(name, ...request))) as never }
}
