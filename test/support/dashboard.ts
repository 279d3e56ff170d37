import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'

import { launchBrowser, openPage } from './browser.ts'
import type { PageOptions } from './browser.ts'
import { startTestServer } from './server.ts'
import type { TestServer } from './server.ts'

/** The server of a test file with data, and a browser. Server and data are available in tests alone. */
export interface Dashboard<Data> {
  /** Undefined where no browser starts: the file skips its tests. */
  readonly browser: Browser | undefined
  readonly server: TestServer
  /** An empty folder when the data is prepared, for the scripts of runs. */
  readonly folder: string
  readonly data: Data
  /** Opens a page that is signed in. */
  open(path: string, look?: PageOptions): ReturnType<typeof openPage>
}

/** The table of the run list. */
export const runsTable = (page: Page) => page.getByRole('table', { name: 'Runs' })

/**
 * Starts a browser now, before the tests are collected, so that they are listed as skipped where none starts; and a
 * server before the tests of the file, filled by `prepare`. `concurrency` is the largest number of runs at once.
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
  }
}
