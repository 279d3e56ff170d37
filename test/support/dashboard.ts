import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'

import type { RunDetailView } from '../../src/contract/run.ts'
import { launchBrowser, openPage } from './browser.ts'
import type { PageOptions } from './browser.ts'
import { startTestServer } from './server.ts'
import type { TestServer } from './server.ts'

/**
 * The server of a test file, its data, and a browser. `server`, `folder`
 * and `data` exist only while tests run, not while they are collected.
 */
export interface Dashboard<Data> {
  /** Undefined if no browser starts. The file skips its tests then. */
  readonly browser: Browser | undefined
  readonly server: TestServer
  /** A folder for the scripts of runs. It is empty when `prepare` is called. */
  readonly folder: string
  readonly data: Data
  /** Opens a page of the dashboard that is signed in to the server. */
  open(path: string, look?: PageOptions): ReturnType<typeof openPage>
  /** Returns the first 100 trials of a sweep, by its number. */
  loadTrials(sweep: number): Promise<RunDetailView[]>
}

/** Returns the locator of the table of the run list. */
export const runsTable = (page: Page) => page.getByRole('table', { name: 'Runs' })

/**
 * Starts a browser at once, before the tests are collected, so that they can be listed as skipped if none starts.
 * Before the first test of the file, starts a server and calls `prepare`, which creates the data. `concurrency` is the
 * largest number of runs at once.
 */
export async function useDashboard<Data>(
  concurrency: number,
  prepare: (server: TestServer, folder: string) => Promise<Data>,
): Promise<Dashboard<Data>> {
  const browser = await launchBrowser()
  let server: TestServer | undefined
  let folder: string | undefined
  let data: Data

  beforeAll(async () => {
    server = await startTestServer({ env: { HAGANE_CONCURRENCY: String(concurrency) } })
    folder = mkdtempSync(join(tmpdir(), 'hagane-e2e-'))
    data = await prepare(server, folder)
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  })

  return {
    browser,
    get server() {
      return server!
    },
    get folder() {
      return folder!
    },
    get data() {
      return data
    },
    open: async (path, look) => await openPage(browser!, server!, path, look),
    loadTrials: async (sweep) =>
      (await server!.call<{ runs: RunDetailView[] }>('GET', `/runs?sweep=${sweep}&limit=100`)).body.runs,
  }
}
