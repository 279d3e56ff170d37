import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { directoryId } from '../../../src/config/state-files.ts'
import type { RunPlan } from '../../../src/contract/plan.ts'
import type { Attempt } from '../../../src/core/records/attempt.ts'
import type { Run } from '../../../src/core/records/run.ts'
import { loadPlan } from '../../../src/core/language/load.ts'
import { createLocalExecutor } from '../../../src/executors/local/executor.ts'
import { createDiskLogs } from '../../../src/logs/disk-logs.ts'
import { HOST } from '../../support/records.ts'
import { waitUntil } from '../../support/server.ts'

const { plan } = loadPlan([{ file: 'a.yml', text: 'version: 1\nkind: experiment\nrun: {cmd: "sleep 600"}' }])
const run = {
  id: randomUUID(),
  number: 1,
  params: {},
  tags: [],
  plan: plan as RunPlan,
  host: HOST,
  snapshot: null,
  environment: null,
  outputsOwnerNumber: 1,
  origin: null,
} as unknown as Run
const clock = {
  now: () => Date.now(),
  after: (delayMs: number, callback: () => void) => {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}
const log = { info: () => {}, warn: () => {}, error: () => {} }
const GRACE_MS = 120_000

it('A command stopped before its supervisor claims it is signalled then, not after the grace period', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'hagane-data-'))
  const baseEnv = { PATH: process.env['PATH']! }
  const server = { dataDir, directoryId: directoryId(dataDir), clock, log }
  using logs = createDiskLogs({ ...server, bytesMax: 2 ** 30 })
  await using executor = createLocalExecutor({
    ...server,
    baseEnv,
    clientPath: '/nowhere',
    devices: [],
    runsMax: 1,
    checkOut: async () => dataDir,
    logs,
  })

  for (let n = 1; n <= 5; n += 1) {
    const attempt = { id: randomUUID(), runId: run.id, n, name: `hagane-1-${n}` } as Attempt
    await executor.launch({ attempt, run, project: 'default', env: {} })

    await executor.stop(attempt, GRACE_MS)
    await waitUntil(async () => (await executor.observe(attempt)).state === 'ended', GRACE_MS / 4)
    expect(await executor.observe(attempt)).toMatchObject({ state: 'ended', exitCode: 143 })
  }

  rmSync(dataDir, { recursive: true })
})
