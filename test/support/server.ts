import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { findFreePort } from './postgres.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

/**
 * A server in a process of its own. Disposal ends the process
 * and removes the data directory, unless the caller gave one.
 */
export interface TestServer extends AsyncDisposable {
  readonly url: string
  readonly dataDir: string
  readonly pid: number
  /** Ends the server process with SIGKILL. Returns once the process has ended. */
  kill(): Promise<void>
  /** Sends a signal to the server process. */
  signal(name: NodeJS.Signals): void
  /** Waits for the end of the process. Returns its exit status, or the signal that ended it. */
  waitForEnd(): Promise<number | NodeJS.Signals>
  /** Returns the text that the process has written to standard error. */
  readErrors(): string
  /**
   * Starts the server on the same data directory and port, with `env` added to its variables. Returns once it answers.
   * Throws if the previous process still runs.
   */
  start(env?: NodeJS.ProcessEnv): Promise<void>
  /** Starts the server without waiting until it answers. */
  launch(env?: NodeJS.ProcessEnv): void
  /**
   * Calls a route below /api/v1 with `token`; by default with the
   * person's token. Returns the body parsed if it is JSON, else as text.
   */
  call<T = unknown>(method: string, path: string, body?: unknown, token?: string): Promise<{ status: number; body: T }>
  /**
   * Submits a document and returns the created run or sweep. Throws if the server refuses the document. The working
   * directory is `workDir`, by default the data directory.
   */
  submit(text: string, workDir?: string): Promise<{ kind: 'run' | 'sweep'; number: number; id: string }>
  /** Reads the person's token from the data directory. */
  readToken(): string
}

/** Settings of a test server. */
export interface TestServerOptions {
  /** URL of a PostgreSQL database, or `sqlite`. Default: the server's own default. */
  readonly database?: string
  readonly env?: NodeJS.ProcessEnv
  /** Whether the caller starts the server itself, by `start` or `launch`. Otherwise `startTestServer` starts it. */
  readonly isStartedLater?: boolean
  /** Words before the command line of the server: a program that runs the server, such as `prlimit` with limits. */
  readonly commandPrefix?: readonly string[]
  /** A data directory that the caller removes. Default: a new one, which disposal removes. */
  readonly dataDir?: string
}

/** Starts a server in its own process, on a free port. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'hagane-server-'))
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | undefined
  let errors = ''

  const isRunning = (one: ChildProcess | undefined): one is ChildProcess =>
    one !== undefined && one.exitCode === null && one.signalCode === null

  const launch = (env: NodeJS.ProcessEnv = {}): ChildProcess => {
    // An earlier process would answer in place of the new one, and would still run after the test.
    if (isRunning(child)) throw new Error(`a server of ${dataDir} is running`)

    const words = [
      'up',
      '--data',
      dataDir,
      '--port',
      String(port),
      ...(options.database ? ['--database', options.database] : []),
    ]
    const [program, ...args] = [...(options.commandPrefix ?? []), process.execPath, MAIN, ...words]
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
    await waitUntil(async () => {
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

  if (!options.isStartedLater) await start()

  return {
    url,
    dataDir,
    get pid() {
      return child!.pid!
    },
    start,
    launch: (env) => void launch(env),
    signal: (name) => void child!.kill(name),
    waitForEnd: async () => {
      const ending = child!
      if (isRunning(ending)) await new Promise((resolve) => ending.once('exit', resolve))
      return ending.exitCode ?? ending.signalCode!
    },
    readToken: token,
    readErrors: () => errors,
    call,
    kill: () => kill(),
    submit: async (text, workDir = dataDir) => {
      const host = {
        workDir,
        python: { executable: findPython(), version: '3' },
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

/** Returns the path of a system Python 3, or `python3` if there is none at the usual places. */
export function findPython(): string {
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

/** Waits until the condition holds, checking every 50 ms. Throws after the timeout. */
export async function waitUntil(condition: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  for (const startedAt = Date.now(); Date.now() - startedAt < timeoutMs;) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`not so within ${timeoutMs} ms: ${condition}`)
}

/**
 * Returns a generator of pseudo-random numbers in [0, 1). Prints its seed,
 * so that a failure can be repeated with the variable HAGANE_TEST_SEED.
 */
export function createRandom(seed = Number(process.env['HAGANE_TEST_SEED'] ?? Date.now() % 1_000_000)): {
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
