import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { freePort } from './postgres.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

export interface TestServer extends AsyncDisposable {
  readonly url: string
  readonly dataDir: string
  readonly pid: number
  /** kill -9 of the server process. */
  kill(): Promise<void>
  signal(name: NodeJS.Signals): void
  /** How the process ends or has ended: its status, or the signal that ended it. */
  ended(): Promise<number | NodeJS.Signals>
  /** What the process has written to standard error. */
  errors(): string
  /** Starts it again on the same data directory and port; returns once it answers. */
  start(env?: NodeJS.ProcessEnv): Promise<void>
  /** Starts it without waiting for it. */
  launch(env?: NodeJS.ProcessEnv): void
  /** A call with the person's token, or another. */
  call<T = unknown>(method: string, path: string, body?: unknown, token?: string): Promise<{ status: number; body: T }>
  submit(text: string, workDir?: string): Promise<{ kind: 'run' | 'sweep'; number: number; id: string }>
  token(): string
}

export interface TestServerOptions {
  readonly database?: string
  readonly env?: NodeJS.ProcessEnv
  /** Do not start it yet. */
  readonly isStopped?: boolean
  /** A command that starts it, with limits of its own. */
  readonly within?: readonly string[]
  /** A directory that the caller removes; a new one when left out. */
  readonly dataDir?: string
}

/** A real server in its own process and data directory. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'hagane-server-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | undefined

  let errors = ''

  const isRunning = (one: ChildProcess | undefined): one is ChildProcess =>
    one !== undefined && one.exitCode === null && one.signalCode === null

  const launch = (env: NodeJS.ProcessEnv = {}): ChildProcess => {
    // The one before would answer in its place, and outlive the test.
    if (isRunning(child)) throw new Error(`a server of ${dataDir} is running`)
    const words = [
      'up',
      '--data',
      dataDir,
      '--port',
      String(port),
      ...(options.database ? ['--database', options.database] : []),
    ]
    const [program, ...args] = [...(options.within ?? []), process.execPath, MAIN, ...words]
    const started = spawn(program!, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...options.env, ...env },
    })
    child = started
    errors = ''
    started.stderr.on('data', (chunk) => (errors += chunk))
    return started
  }

  const start = async (env: NodeJS.ProcessEnv = {}): Promise<void> => {
    const started = launch(env)
    await until(async () => {
      if (started.exitCode !== null || started.signalCode !== null)
        throw new Error(`the server ended with status ${started.exitCode}: ${errors}`)
      return (await fetch(`${url}/api/v1/health`).catch(() => undefined))?.ok === true
    })
  }

  const token = (): string => readFileSync(join(dataDir, 'token'), 'utf8').trim()

  const call: TestServer['call'] = async (method, path, body, bearer) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${bearer ?? token()}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      body: (response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text) as never,
    }
  }

  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    const dying = child
    if (!isRunning(dying)) return
    const ended = new Promise((resolve) => dying.once('exit', resolve))
    dying.kill(signal)
    await ended
  }

  if (!options.isStopped) await start()
  return {
    url,
    dataDir,
    get pid() {
      return child!.pid!
    },
    start,
    launch: (env) => void launch(env),
    signal: (name) => void child!.kill(name),
    ended: async () => {
      const ending = child!
      if (isRunning(ending)) await new Promise((resolve) => ending.once('exit', resolve))
      return ending.exitCode ?? ending.signalCode!
    },
    token,
    errors: () => errors,
    call,
    kill: () => kill(),
    submit: async (text, workDir = dataDir) => {
      const host = {
        workDir,
        python: { executable: pythonPath(), version: '3' },
        path: process.env['PATH'] ?? '',
        git: null,
      }
      const { status, body } = await call<never>('POST', '/submissions', {
        id: randomUUID(),
        sources: [{ file: 'test.yml', text }],
        host,
      })
      if (status !== 200) throw new Error(JSON.stringify(body))
      return body
    },
    [Symbol.asyncDispose]: async () => {
      await kill('SIGTERM')
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

let python: string | undefined

/** A Python 3 of this machine, by its real path. */
export function pythonPath(): string {
  python ??=
    ['/usr/bin/python3', '/usr/local/bin/python3'].find((path) => {
      try {
        return readFileSync(path).length > 0
      } catch {
        return false
      }
    }) ?? 'python3'
  return python
}

/** Waits until the condition holds; throws after the time-out. */
export async function until(condition: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  for (const startedAt = Date.now(); Date.now() - startedAt < timeoutMs;) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`not so within ${timeoutMs} ms: ${condition}`)
}

/** A seeded generator for tests; its seed is printed so that a failure can be played again. */
export function seeded(seed = Number(process.env['HAGANE_TEST_SEED'] ?? Date.now() % 1_000_000)): {
  next(): number
  seed: number
} {
  console.log(`HAGANE_TEST_SEED=${seed}`)
  let state = seed
  return {
    seed,
    next: () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state / 2 ** 32
    },
  }
}
