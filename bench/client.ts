import { execFileSync, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import type { RunDetailView } from '../src/contract/run.ts'
import { withRatio, pythonStartMs, pythonWriteUs } from './references.ts'
import {
  atMost,
  clientPath,
  createFolder,
  freePort,
  plainEnv,
  root,
  printProgress,
  startServer,
  unlimited,
} from './support.ts'
import type { Figure, Server } from './support.ts'

const LOG_P50_US_MAX = 20
const LOG_P99_US_MAX = 100
const IMPORT_MS_MAX = 100
const DURABLE_MS_MAX = 20
const LOOP_RATIO_MAX = 1.03
const EXIT_REFUSED_S_MAX = 1
const EXIT_DEAD_S_MAX = 10
const IMPORTS = 15
const METRICS_PER_CALL = 10

/**
 * Measures the time that the Python client costs a program: in calls of `log_metrics`, at import and at exit. Also
 * counts the points that were logged and are not stored on the server.
 */
export async function measure(): Promise<Figure[]> {
  using folder = createFolder('client')
  await using server = await startServer(folder.path)
  const live = { HAGANE_DATA: folder.path }

  const calls = await runScript('calls', live)
  const loop = await runScript('loop', live)
  const durable = await runScript('durable', { ...live, HAGANE_SPOOL: join(folder.path, 'watched') })

  if (durable.seen !== durable.calls) throw new Error(`${durable.seen} of ${durable.calls} records were seen on disk`)
  const lost =
    (await countMissing(server, calls)) + (await countMissing(server, loop)) + (await countMissing(server, durable))

  const refused = await runScript('end', {
    HAGANE_DATA: folder.path,
    HAGANE_HOST: `http://127.0.0.1:${await freePort()}`,
    HAGANE_TOKEN: 'x',
  })
  const dead = await withSilentServer((url) =>
    runScript('end', { HAGANE_DATA: folder.path, HAGANE_HOST: url, HAGANE_TOKEN: 'x' }),
  )

  const writes = pythonWriteUs()
  const start = { name: 'python_start_ms', value: pythonStartMs() } as const

  return [
    ...withRatio({ name: 'python_write_p50_us', value: writes.p50 }, LOG_P50_US_MAX, 'log_p50_us', calls.p50_us!),
    ...withRatio({ name: 'python_write_p99_us', value: writes.p99 }, LOG_P99_US_MAX, 'log_p99_us', calls.p99_us!),
    ...withRatio(start, IMPORT_MS_MAX, 'import_ms', importMs()),
    ...withRatio({ name: 'python_write_p99_us', value: writes.p99 }, DURABLE_MS_MAX, 'durable_ms', durable.p99_ms!),
    atMost(LOOP_RATIO_MAX, 'loop_ratio', loop.ratio!, 'x'),
    ...withRatio(start, EXIT_REFUSED_S_MAX, 'exit_refused_s', refused.exitSeconds),
    ...withRatio(start, EXIT_DEAD_S_MAX, 'exit_dead_s', dead.exitSeconds),
    atMost(0, 'lost', lost, 'points'),
    unlimited('points', (calls.calls + loop.calls + durable.calls) * METRICS_PER_CALL, 'points'),
  ]
}

/** The output of `client-costs.py` in one of its modes: `calls`, `loop`, `durable` or `end`. */
interface Result {
  readonly run: string
  /** Number of calls of `log_metrics`, each with METRICS_PER_CALL values. */
  readonly calls: number
  /** Mode `calls`: percentiles of the microseconds that a call takes. */
  readonly p50_us?: number
  readonly p99_us?: number
  /** Mode `loop`: the time of a loop that logs, divided by the time of the same loop without logging. */
  readonly ratio?: number
  /** Mode `durable`: number of records that a second process found in the files of the spool. */
  readonly seen?: number
  /** Mode `durable`: 99th percentile of the milliseconds from a call until the second process could read its record. */
  readonly p99_ms?: number
  /** Seconds from the output of the result, the last statement of the script, to the end of the process. */
  readonly exitSeconds: number
}

async function runScript(mode: string, env: NodeJS.ProcessEnv): Promise<Result> {
  const child = spawn('python3', [join(root, 'bench', 'client-costs.py'), mode], {
    env: plainEnv({ ...env, PYTHONPATH: clientPath }),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))

  const status = await new Promise((resolve) => child.once('close', resolve))
  if (status !== 0) throw new Error(`client-costs.py ${mode} ended with ${status}`)

  const result = JSON.parse(output) as Result & { ended_at: number }
  printProgress(`${mode}: ${output.trim()}`)
  return { ...result, exitSeconds: Date.now() / 1000 - result.ended_at }
}

async function countMissing(server: Server, { run, calls }: Result): Promise<number> {
  const { metrics } = await server.call<RunDetailView>('GET', `/runs/${run}`)
  const there = Object.values(metrics).reduce((sum, summary) => sum + summary.count, 0)
  return calls * METRICS_PER_CALL - there
}

/**
 * Returns the milliseconds that `import hagane` takes: the fastest of IMPORTS starts of Python with the import, minus
 * the fastest of as many starts without the import.
 */
function importMs(): number {
  const start = (code: string): number => {
    const startedAt = performance.now()
    execFileSync('python3', ['-c', code], { env: plainEnv({ PYTHONPATH: clientPath }) })
    return performance.now() - startedAt
  }
  const quickest = (code: string): number => Math.min(...Array.from({ length: IMPORTS }, () => start(code)))
  return quickest('import hagane') - quickest('pass')
}

/** Runs `work` with the URL of a server that accepts connections and never answers. */
async function withSilentServer<T>(work: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.close()
  }
}
