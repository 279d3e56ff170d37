import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { loadavg, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { readHostInfo } from '../src/cli/host-info.ts'
import { readToken } from '../src/config/state-files.ts'
import type { SubmitRequest } from '../src/contract/routes/submissions.ts'
import { isSweepEnded } from '../src/contract/phases.ts'
import type { SweepView } from '../src/contract/sweep.ts'

/** Root folder of this clone. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))
/** Folder of the Python client, for PYTHONPATH. */
export const clientPath = join(root, 'clients', 'python')

/**
 * One measured number. `goal` is its limit as text, null without
 * a limit; `ok` says whether the number is within the limit.
 */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly goal: string | null
  readonly ok: boolean
}

/** Returns a figure that must not exceed `max`. */
export function atMost(max: number, name: string, value: number, unit: string): Figure {
  return { name, value: round(value), unit, goal: `<= ${max}`, ok: value <= max }
}

/** Returns a figure that must not be below `min`. */
export function atLeast(min: number, name: string, value: number, unit: string): Figure {
  return { name, value: round(value), unit, goal: `>= ${min}`, ok: value >= min }
}

/** Returns a figure without a limit. */
export function unlimited(name: string, value: number, unit: string): Figure {
  return { name, value: round(value), unit, goal: null, ok: true }
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}

/** Prints progress to standard error. Standard output contains only the figures. */
export function printProgress(text: string): void {
  process.stderr.write(`[load ${loadavg()[0]!.toFixed(1)}] ${text}\n`)
}

/** Returns the quantile `q` of the values by the nearest-rank method; NaN without values. */
export function percentile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? NaN
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

export async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}

/** Returns the seconds that the work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return (performance.now() - startedAt) / 1000
}

/**
 * Runs `ours` between two runs of `other`. Returns the mean of the two, so that a machine that slows down meanwhile
 * does not distort the comparison.
 */
export async function measureBetween<T>(
  other: () => Promise<number>,
  ours: () => Promise<T>,
): Promise<{ other: number; ours: T }> {
  const before = await other()
  const result = await ours()
  return { other: mean([before, await other()]), ours: result }
}

export interface Folder extends Disposable {
  readonly path: string
}

/** Creates a temporary folder. Disposal removes it. */
export function createFolder(name: string): Folder {
  const path = mkdtempSync(join(tmpdir(), `hagane-bench-${name}-`))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) }
}

/** Returns the process environment without the variables of Hagane, which could point a server or client elsewhere. */
export function plainEnv(changes: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HAGANE_'))),
    ...changes,
  }
}

/** Returns a port that is free now. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

export interface Child extends AsyncDisposable {
  readonly pid: number
  readonly hasEnded: boolean
}

/**
 * Starts a program of this clone with the Node of the bench and
 * appends its output to the file `output`. Disposal ends the program.
 */
export function startNode(args: readonly string[], env: NodeJS.ProcessEnv, output: string): Child {
  const file = openSync(output, 'a')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: root,
    env,
    stdio: ['ignore', file, file],
  })

  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    pid: child.pid!,
    get hasEnded() {
      return child.exitCode !== null || child.signalCode !== null
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM')
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
      await ended
      clearTimeout(force)
    },
  }
}

const STOP_TIMEOUT_MS = 15_000
const READY_TIMEOUT_MS = 30_000
const READY_POLL_MS = 5

/** A running server. Disposal ends it. */
export interface Server extends AsyncDisposable {
  readonly url: string
  readonly token: string
  readonly pid: number
  /** Seconds from the start of the process until the server answered. */
  readonly readySeconds: number
  /** Requests a path below /api/v1 and returns the parsed body of the response. Throws for an error response. */
  call<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T>
}

/**
 * Starts a server on a data directory and waits until it answers. The variable BENCH_NODE_ARGS contains options of Node
 * for the server: for example, `--cpu-prof --cpu-prof-dir=/tmp/profile` writes a CPU profile.
 */
export async function startServer(
  dataDir: string,
  more: { env?: NodeJS.ProcessEnv; nodeArgs?: readonly string[] } = {},
): Promise<Server> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const flags = [...(process.env['BENCH_NODE_ARGS'] ?? '').split(' ').filter(Boolean), ...(more.nodeArgs ?? [])]

  const startedAt = performance.now()
  const child = startNode(
    [...flags, 'bin/hagane.mjs', 'up'],
    plainEnv({ HAGANE_DATA: dataDir, HAGANE_PORT: String(port), ...more.env }),
    join(dataDir, 'server.out'),
  )

  await waitUntilHealthy(child, `${url}/api/v1/health`, startedAt)
  const readySeconds = (performance.now() - startedAt) / 1000
  const token = readToken(dataDir)!

  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

  return { url, token, pid: child.pid, readySeconds, call, [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() }
}

/**
 * Waits until `url` answers with success. Ends the child and throws if
 * the child has ended or READY_TIMEOUT_MS have passed since `startedAt`.
 */
export async function waitUntilHealthy(child: Child, url: string, startedAt: number): Promise<void> {
  while (performance.now() - startedAt < READY_TIMEOUT_MS && !child.hasEnded) {
    const response = await fetch(url).catch(() => undefined)
    await response?.arrayBuffer()
    if (response?.ok) return
    await sleep(READY_POLL_MS)
  }
  await child[Symbol.asyncDispose]()
  throw new Error(`nothing answers at ${url}`)
}

interface Submitted {
  readonly kind: 'run' | 'sweep'
  readonly number: number
}

/** Submits a document as the command line does. Its commands run in `workDir`. */
export async function submit(server: Server, text: string, workDir: string): Promise<Submitted> {
  const { host } = await readHostInfo(workDir, process.env['PATH'] ?? '')
  const body: SubmitRequest = {
    id: randomUUID(),
    sources: [{ file: join(workDir, 'haganefile.yml'), text }],
    params: {},
    host,
  }
  return await server.call('POST', '/submissions', body)
}

const SWEEP_POLL_MS = 250

/**
 * Waits until a sweep is done and returns it. Throws if a trial fails, or if the sweep ends in another phase or without
 * exactly `trials` succeeded trials.
 */
export async function waitForSweep(server: Server, number: number, trials: number): Promise<SweepView> {
  let printed = 0
  for (;;) {
    const sweep = await server.call<SweepView>('GET', `/sweeps/${number}`)
    const { succeeded = 0, failed = 0 } = sweep.counts
    if (isSweepEnded(sweep.phase) || failed > 0) {
      if (sweep.phase !== 'done' || succeeded !== trials)
        throw new Error(`sweep ${number} is ${sweep.phase}: ${JSON.stringify(sweep.counts)}`)
      return sweep
    }
    if (succeeded - printed >= trials / 4) printProgress(`${(printed = succeeded)} of ${trials} trials`)
    await sleep(SWEEP_POLL_MS)
  }
}

/**
 * A client that posts JSON bodies over one kept-alive connection.
 * `post` returns the status and the text of the response.
 */
export interface Poster extends Disposable {
  post(path: string, body: Uint8Array): Promise<{ status: number; text: string }>
}

export function createPoster(url: string, token: string): Poster {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }

  const post: Poster['post'] = (path, body) =>
    new Promise((resolve, reject) => {
      const call = request(
        `${url}${path}`,
        { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } },
        (response) => {
          const parts: Buffer[] = []
          response.on('data', (part: Buffer) => parts.push(part))
          response.on('end', () => resolve({ status: response.statusCode!, text: Buffer.concat(parts).toString() }))
          response.on('error', reject)
        },
      )
      call.on('error', reject)
      call.end(body)
    })

  return { post, [Symbol.dispose]: () => agent.destroy() }
}

// Linux reports CPU time in ticks of 1/100 s on every machine where this runs.
const TICKS_PER_SECOND = 100

/** Returns the memory of a process (VmRSS), and its CPU time and bytes written since its start. Linux only. */
export function readResourceUse(pid: number): { memoryMb: number; cpuSeconds: number; bytesWritten: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return {
    memoryMb: (readField(`/proc/${pid}/status`, 'VmRSS') * 1024) / 1e6,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    bytesWritten: readField(`/proc/${pid}/io`, 'write_bytes'),
  }
}

function readField(file: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))![1])
}
