import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { nodeStartS } from './references.ts'
import {
  atMost,
  createFolder,
  percentile,
  plainEnv,
  readResourceUse,
  root,
  printProgress,
  sleep,
  startServer,
  submit,
  unlimited,
  waitForSweep,
} from './support.ts'
import type { Figure } from './support.ts'

const STARTS = 5
const TRIALS = 20
const SETTLE_MS = 3_000
const IDLE_SECONDS = 60

const READY_S_MAX = 1
const READY_RATIO_MAX = 12
const CLI_VERSION_RATIO_MAX = 5
const IDLE_MB_MAX = 125
const IDLE_CPU_PERCENT_MAX = 0.3
const IDLE_BYTES_WRITTEN_MAX = 0

const DOCUMENT = `
version: 1
kind: group
hptuning:
  concurrency: 4
  random_search:
    n_experiments: ${TRIALS}
  matrix:
    x:
      uniform: 0:1
run:
  cmd: "true"
`

/**
 * Measures how fast the server is ready on a data directory with one ended sweep. Also measures its memory, CPU use and
 * writes while idle, and the time of `hagane --version`.
 */
export async function measure(): Promise<Figure[]> {
  using folder = createFolder('startup')
  await useOnce(folder.path)

  const ready: number[] = []
  for (let count = 0; count < STARTS; count++) ready.push(await startOnce(folder.path))
  printProgress(`ready after ${ready.map((seconds) => seconds.toFixed(3)).join(', ')} s`)

  const idle = await watchIdle(folder.path)
  const node = nodeStartS()
  const version = versionS()

  return [
    atMost(READY_S_MAX, 'ready_s', Math.min(...ready), 's'),
    atMost(READY_RATIO_MAX, 'ready_ratio', percentile(ready, 0.5) / node, 'x'),
    atMost(CLI_VERSION_RATIO_MAX, 'cli_version_ratio', version / node, 'x'),
    unlimited('cli_version_s', version, 's'),
    unlimited('node_start_s', node, 's'),
    atMost(IDLE_MB_MAX, 'idle_mb', idle.memoryMb, 'MB'),
    atMost(IDLE_CPU_PERCENT_MAX, 'idle_cpu_percent', idle.cpuPercent, '%'),
    atMost(IDLE_BYTES_WRITTEN_MAX, 'idle_bytes_written', idle.bytesWritten, 'B'),
  ]
}

async function useOnce(dataDir: string): Promise<void> {
  await using server = await startServer(dataDir)
  await waitForSweep(server, (await submit(server, DOCUMENT, dataDir)).number, TRIALS)
}

/**
 * Returns the median seconds of `hagane --version`. The Node of
 * the bench runs the program directly, without a launcher process.
 */
function versionS(): number {
  const start = (): number => {
    const startedAt = performance.now()
    const { status } = spawnSync(process.execPath, [join(root, 'bin', 'hagane.mjs'), '--version'], {
      env: plainEnv({}),
    })
    if (status !== 0) throw new Error(`hagane --version ended with ${status}`)
    return (performance.now() - startedAt) / 1000
  }

  start()
  return percentile(Array.from({ length: 15 }, start), 0.5)
}

async function startOnce(dataDir: string): Promise<number> {
  await using server = await startServer(dataDir)
  return server.readySeconds
}

async function watchIdle(dataDir: string): Promise<{ memoryMb: number; cpuPercent: number; bytesWritten: number }> {
  await using server = await startServer(dataDir)
  await sleep(SETTLE_MS)

  const [before, filesBefore] = [readResourceUse(server.pid), listFiles(dataDir)]
  printProgress(`idle for ${IDLE_SECONDS} s`)
  await sleep(IDLE_SECONDS * 1000)

  const after = readResourceUse(server.pid)
  const changed = [...listFiles(dataDir)].filter(
    ([path, state]) => filesBefore.get(path)?.signature !== state.signature,
  )
  if (changed.length > 0) printProgress(`changed while idle: ${changed.map(([path]) => path).join(', ')}`)

  return {
    memoryMb: Math.max(before.memoryMb, after.memoryMb),
    cpuPercent: ((after.cpuSeconds - before.cpuSeconds) / IDLE_SECONDS) * 100,
    // A changed file counts with its size even if the kernel has not yet written it to the disk.
    bytesWritten: Math.max(
      after.bytesWritten - before.bytesWritten,
      changed.reduce((sum, [, { size }]) => sum + Math.max(1, size), 0),
    ),
  }
}

function listFiles(folder: string): Map<string, { signature: string; size: number }> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return new Map(
    paths.map((path) => {
      const { size, mtimeMs, ctimeMs } = statSync(join(folder, path))
      return [path, { signature: `${size} ${mtimeMs} ${ctimeMs}`, size }]
    }),
  )
}
