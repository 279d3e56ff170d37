import { useSyncExternalStore } from 'react'

import { buildPath, ENDPOINTS } from '../../../src/contract/endpoints.ts'
import type { ParamsOf, RouteName } from '../../../src/contract/endpoints.ts'
import type { AnswerOf, AnyRequest, RequestArguments } from '../../../src/contract/routes/all.ts'
import type { ErrorView } from '../../../src/contract/errors.ts'
import type { ProblemView } from '../../../src/contract/problems.ts'
import { parseJson } from '../../../src/contract/values.ts'
import { preferences } from '../state/preferences.ts'
import { t } from '../texts/texts.ts'
import { takePrefetched } from './prefetch.ts'

/**
 * The error of a failed API request, with the HTTP status, and the code, the message and the problems of the document
 * from the server. Status 0: the server was not reached.
 */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly problems: readonly ProblemView[]

  constructor(status: number, code: string, message: string, problems: readonly ProblemView[] = []) {
    super(message)
    this.status = status
    this.code = code
    this.problems = problems
  }
}

type Arguments<N extends RouteName> = RequestArguments<N, { readonly signal?: AbortSignal }>

/**
 * Sends a request to a route and returns the parsed JSON answer. The browser adds the session cookie. Throws an
 * ApiError if the server is not reached or answers with an error, and an `AbortError` if the signal of the request
 * aborts.
 */
export async function call<N extends RouteName>(name: N, ...request: Arguments<N>): Promise<AnswerOf<N>> {
  return parseJson(await (await send(name, ...request)).text()) as AnswerOf<N>
}

/** Sends a request as `call` does, but returns the unparsed answer, for answers that are not JSON. */
export async function send<N extends RouteName>(name: N, ...[request]: Arguments<N>): Promise<Response> {
  const { params = {}, query, body, signal }: AnyRequest & { signal?: AbortSignal } = request ?? {}
  const { method } = ENDPOINTS[name]
  const path = buildPath(name, params as ParamsOf<N>, query)

  const pending =
    (method === 'GET' ? takePrefetched(path) : undefined) ??
    fetch(path, {
      method,
      headers: {
        'accept-language': preferences().language,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    })

  const response = await pending.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(0, 'unreachable', t('unreachable'))
  })

  if (response.ok) return response
  if (response.status === 401) setSignedOut(true)

  const errorBody = (await response.json().catch(() => undefined)) as Partial<ErrorView> | undefined

  throw new ApiError(
    response.status,
    errorBody?.error?.code ?? 'unknown',
    errorBody?.error?.message ?? t('server_failed_why', { status: response.status }),
    errorBody?.error?.problems,
  )
}

let isSignedOut = false
const listeners = new Set<() => void>()

/** Sets whether the sign-in page is shown: true after an answer with status 401, false after signing in. */
export function setSignedOut(value: boolean): void {
  isSignedOut = value
  for (const listener of listeners) listener()
}

/** Whether the server has answered 401 since the last sign-in. */
export function useIsSignedOut(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => isSignedOut,
  )
}
