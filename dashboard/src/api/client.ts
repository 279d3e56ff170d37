import { useSyncExternalStore } from 'react'

import { parseJson } from '../../../src/contract/values.ts'
import { preferences } from '../state/preferences.ts'
import { t } from '../texts/texts.ts'
import { takeEarly } from './early.ts'

/** What the server refused, in its own words. Status 0: it was not reached. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly problems: readonly Problem[]

  constructor(status: number, code: string, message: string, problems: readonly Problem[] = []) {
    super(message)
    this.status = status
    this.code = code
    this.problems = problems
  }
}

/** One thing that is wrong in a document, and where. */
export interface Problem {
  readonly code: string
  readonly message: string
  readonly remedy: string
  readonly path?: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** Asks the API; the session's cookie goes along by itself. Throws ApiError. */
export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  return parseJson(await (await request(path, options)).text()) as T
}

/** The same for an answer that is not JSON. */
export async function request(path: string, { method = 'GET', body, signal }: CallOptions = {}): Promise<Response> {
  const asked =
    (method === 'GET' ? takeEarly(path) : undefined) ??
    fetch(`/api/v1${path}`, {
      method,
      headers: {
        'accept-language': preferences().language,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    })
  const response = await asked.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(0, 'unreachable', t('unreachable'))
  })
  if (response.ok) return response
  if (response.status === 401) setSignedOut(true)
  const said = (await response.json().catch(() => undefined)) as
    | { error?: { code: string; message: string; problems?: Problem[] } }
    | undefined
  throw new ApiError(
    response.status,
    said?.error?.code ?? 'unknown',
    said?.error?.message ?? t('server_failed_why', { status: response.status }),
    said?.error?.problems,
  )
}

let isSignedOut = false
const listeners = new Set<() => void>()

/** Said by any answer that asks for a session, taken back once there is one. */
export function setSignedOut(value: boolean): void {
  isSignedOut = value
  for (const listener of listeners) listener()
}

export function useSignedOut(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => isSignedOut,
  )
}
