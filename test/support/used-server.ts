import { afterAll, beforeAll } from 'vitest'

import type { RunDetailView } from '../../src/contract/run.ts'
import type { SweepView } from '../../src/contract/sweep.ts'
import { startTestServer, waitUntil } from './server.ts'
import type { TestServer, TestServerOptions } from './server.ts'

/** The server of a test file, with calls that many tests make. */
export interface UsedServer {
  /** The server itself. Throws while tests are collected: the server starts before the first test. */
  readonly server: TestServer
  getRun(number: number): Promise<RunDetailView>
  getSweep(number: number): Promise<SweepView>
  post<T = { number: number }>(path: string, body?: unknown): Promise<{ readonly status: number; readonly body: T }>
  readLog(run: number, attempt?: number): Promise<string>
  /** Waits until the run is in one of the phases. */
  waitForPhase(run: number, ...phases: string[]): Promise<void>
}

/** Starts a server before the tests of a file and ends it after them. */
export function useServer(options?: TestServerOptions): UsedServer {
  let server: TestServer | undefined
  beforeAll(async () => {
    server = await startTestServer(options)
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
  })

  const started = (): TestServer => {
    if (!server) throw new Error('the server is started before the first test')
    return server
  }
  const getRun = async (number: number): Promise<RunDetailView> =>
    (await started().call<RunDetailView>('GET', `/runs/${number}`)).body

  return {
    get server() {
      return started()
    },
    getRun,
    getSweep: async (number) => (await started().call<SweepView>('GET', `/sweeps/${number}`)).body,
    post: async <T>(path: string, body: unknown = {}) => await started().call<T>('POST', path, body),
    readLog: async (run, attempt) =>
      (await started().call<string>('GET', `/runs/${run}/logs${attempt === undefined ? '' : `?attempt=${attempt}`}`))
        .body,
    waitForPhase: (run, ...phases) => waitUntil(async () => phases.includes((await getRun(run)).phase)),
  }
}
