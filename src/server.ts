import { createHash, randomFillSync } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'

import { serve } from '@hono/node-server'
import type { ServerType } from '@hono/node-server'
import { destination, pino } from 'pino'

import { createApp } from './api/app.ts'
import { createHandlers } from './api/handlers.ts'
import { openCodeFolder } from './snapshots/code-folder.ts'
import { createCodeStore } from './snapshots/code-store.ts'
import { createDataDir } from './config/config.ts'
import type { ServerConfig } from './config/config.ts'
import { PACKAGE_DIR, VERSION } from './config/package.ts'
import { toBatches, openUnusedSpools } from './config/spool.ts'
import type { Spool } from './config/spool.ts'
import {
  directoryId,
  removeRestoringNote,
  ensureSecret,
  isRestoring,
  readServerState,
  readToken,
  tokenFile,
  writeDatabase,
  writeServerState,
} from './config/state-files.ts'
import { LIMITS } from './contract/limits.ts'
import type { Clock } from './core/ports/clock.ts'
import type { Ids } from './core/ports/ids.ts'
import type { Logger } from './core/ports/logger.ts'
import type { Run } from './core/records/run.ts'
import { isShortage } from './core/shortage.ts'
import { createCompileThread } from './engine/compile-thread.ts'
import { createEngine } from './engine/engine.ts'
import { createNudgeRelay } from './engine/nudge-relay.ts'
import { createSearchThread } from './engine/search-thread.ts'
import { createUsageRecorder } from './engine/usage-recorder.ts'
import { attemptDir } from './executors/local/attempt-dir.ts'
import { createDiskGuard } from './executors/local/disk-guard.ts'
import { createLocalExecutor } from './executors/local/executor.ts'
import { createLocalWorkCopies } from './executors/local/files.ts'
import { listGpus } from './executors/local/gpus.ts'
import { createLocalLogs } from './executors/local/logs.ts'
import { createLocalOutputs } from './executors/local/outputs.ts'
import { examine } from './doctor.ts'
import { createVenvBuilder } from './environments/venv.ts'
import { createActivity } from './services/history/activity.ts'
import { cleanUp } from './services/clean-up.ts'
import { planBuild, prepareEnvironment } from './services/environments.ts'
import { checkOut } from './services/code/snapshots.ts'
import { createSessions } from './services/access/sessions.ts'
import { createTokens } from './services/access/tokens.ts'
import { takeLeftBatches } from './services/runs/tracking.ts'
import type { TrackingDeps } from './services/runs/tracking.ts'
import { openPostgres, openSqlite } from './store/database.ts'
import { StoreFault } from './store/faults.ts'
import { lockDirectory, takeLease } from './store/lock.ts'
import { isEmpty } from './store/dump.ts'
import { migrate } from './store/migrate.ts'
import { createStore } from './store/store.ts'

/** Another process is the server of this data directory. */
export class DirectoryTakenError extends Error {
  readonly pid: number | undefined
  constructor(pid: number | undefined) {
    super(`the data directory is held by process ${pid}`)
    this.pid = pid
  }
}

/** A restore into this data directory was interrupted: it has its files but no rows. */
export class RestoreCutError extends Error {
  constructor(dataDir: string) {
    super(`a restore into ${dataDir} was cut short`)
  }
}

/** A running server. Disposing of it closes the HTTP listener, stops the engine and releases the locks. */
export interface Server extends AsyncDisposable {
  readonly url: string
}

/** Reports of a server to the process that runs it. */
export interface ServerHooks {
  /** Called when another server is active on the same PostgreSQL database: startup waits until that server ends. */
  readonly onStandby: () => void
  /**
   * Called when this server must end: a client asked for it (`shutdown`), another server took over the database
   * (`replaced`), or the database can no longer be trusted (`broken`).
   */
  readonly onEnd: (why: 'shutdown' | 'replaced' | 'broken') => void
}

/**
 * Builds all parts of the server from its configuration and starts them. On PostgreSQL it returns only once this server
 * is the active one. Throws DirectoryTakenError, RestoreCutError and NewerSchemaError.
 */
export async function startServer(config: ServerConfig, hooks: ServerHooks): Promise<Server> {
  await using stack = new AsyncDisposableStack()
  createDataDir(config.dataDir)

  // Node starts its file threads at their first use and aborts if it cannot. Start them now: later, runs may have used
  // up the process limit.
  await stat(config.dataDir)

  const directoryLock = lockDirectory(join(config.dataDir, 'lock.db'))
  if (!directoryLock) throw new DirectoryTakenError(readServerState(config.dataDir)?.pid)
  stack.use(directoryLock)
  await refuseRunningServer(config.dataDir)

  const log = createLog(config)
  const clock = createClock(log)
  const storage = stack.use(createDiskGuard({ dataDir: config.dataDir, clock, log }))

  const leaseHooks = {
    onStandby: hooks.onStandby,
    onReplaced: () => hooks.onEnd('replaced'),
    now: clock.now,
    holder: `${process.pid}`,
  }
  const lease = config.database === null ? undefined : await takeLease(config.database, leaseHooks)

  const onFault = ({ kind, cause }: StoreFault): void => {
    if (kind === 'full') storage.look()
    if (kind !== 'broken') return
    log.error(
      { err: cause },
      'the database cannot be trusted any more, ending: the next process reads what is truly on the disk',
    )
    hooks.onEnd('broken')
  }

  const database = stack.use(
    config.database === null
      ? openSqlite(join(config.dataDir, 'hagane.db'), onFault)
      : openPostgres(config.database, onFault),
  )

  await migrate(database)
  if (isRestoring(config.dataDir)) {
    if (await isEmpty(database)) throw new RestoreCutError(config.dataDir)
    // A restore inserts all rows in its last transaction. Rows are there, so the restore is complete and only its note
    // was not removed.
    removeRestoringNote(config.dataDir)
  }

  const activeLease = lease && stack.use(await lease(database.writer))
  const store = createStore(database, { now: clock.now, ...(activeLease && { fence: activeLease.fence }) })
  const secrets = {
    secret: ensureSecret(join(config.dataDir, 'secret')),
    personToken: ensureSecret(tokenFile(config.dataDir), 'hpt_'),
  }
  const tokens = createTokens({ store, clock, ...secrets })
  const sessions = createSessions({ clock, ...secrets })

  const code = createCodeStore(config.dataDir)
  const devices = config.gpus ?? listGpus(config.baseEnv['PATH'])
  const executor = stack.use(
    createLocalExecutor({
      dataDir: config.dataDir,
      directoryId: directoryId(config.dataDir),
      baseEnv: config.baseEnv,
      clientPath: join(PACKAGE_DIR, 'clients', 'python'),
      devices,
      runsMax: config.runsMax,
      checkOut: (digest) => checkOut({ store, code }, digest),
      logBytesMax: config.logMibMax * 2 ** 20,
      clock,
      log,
    }),
  )

  const port = config.port ?? (await choosePort(config))
  const url = `http://${config.host}:${port}`
  const nudges = createNudgeRelay()
  const logs = createLocalLogs(config.dataDir)
  const outputs = createLocalOutputs(config.dataDir)
  const workCopies = createLocalWorkCopies(config.dataDir)
  const builder = createVenvBuilder(config.dataDir)
  const searcher = stack.use(createSearchThread(log))
  const compiler = stack.use(createCompileThread())
  const shared = {
    store,
    searcher,
    compiler,
    executor,
    logs,
    outputs,
    workCopies,
    clock,
    ids,
    nudges,
    code,
    builder,
    openFolder: openCodeFolder,
  }

  const engine = createEngine({
    store,
    executor,
    logs,
    outputs,
    storage,
    clock,
    ids,
    log,
    searcher,
    nudges,
    prepare: (run) => prepareEnvironment(shared, run),
    readPackages: (hash) => builder.readPackages(hash),
    cleanUp: () => cleanUp({ ...shared, log, trashKeepMs: config.trashDays * DAY_MS }),
    takeLeftRecords: async (run, attempt) =>
      await takeLeftRecords({ ...shared, log }, run, attemptDir(config.dataDir, attempt).spool),
    trackingEnv: (run, attempt) => ({
      HAGANE_HOST: url,
      HAGANE_TOKEN: tokens.attemptToken(run.id, attempt.n),
      HAGANE_RUN_ID: run.id,
      HAGANE_RUN: String(run.number),
    }),
  })

  storage.watch(nudges.scheduler)
  const handlers = createHandlers({
    ...shared,
    sessions,
    activity: createActivity({ store, logs, clock, log }),
    planBuild: (plan, place) => planBuild(shared, plan, place),
    examine: (isDeep) => examine({ config, store, code }, isDeep),
    version: VERSION,
    url: () => url,
    shutdown: () => setImmediate(() => hooks.onEnd('shutdown')),
  })

  const http = await listen(
    createApp({ handlers, pagesDir: join(PACKAGE_DIR, 'dist', 'dashboard'), tokens, sessions, ids, storage, log }),
    config.host,
    port,
  )
  stack.defer(() => close(http))
  stack.use(engine)
  stack.use(createUsageRecorder({ store, source: executor, clock, log }))
  await engine.start()

  writeDatabase(config.dataDir, config.database)
  writeServerState(config.dataDir, { pid: process.pid, url, version: VERSION })
  log.info({ url, pid: process.pid, database: database.dialect.name }, 'ready')

  const disposables = stack.move()
  return { url, [Symbol.asyncDispose]: () => disposables.disposeAsync() }
}

const PROBE_MS = 2_000

/**
 * Throws DirectoryTakenError if a server still runs from this data directory although its lock file was removed. A
 * server that accepts the token of this directory is taken to be that server.
 */
async function refuseRunningServer(dataDir: string): Promise<void> {
  const state = readServerState(dataDir)
  if (!state) return

  const headers = { authorization: `Bearer ${readToken(dataDir) ?? ''}` }
  const answer = await fetch(`${state.url}/api/v1/projects`, { headers, signal: AbortSignal.timeout(PROBE_MS) }).catch(
    () => undefined,
  )

  if (answer?.ok) throw new DirectoryTakenError(state.pid)
}

const DAY_MS = 86_400_000

/**
 * Stores the tracking records that ended processes of an attempt left in their spools. Returns whether any were stored.
 * A spool that cannot be stored stays for `hagane sync`, and the end of the run does not wait for it. Throws if the
 * cause is temporary, so that the caller tries again.
 */
async function takeLeftRecords(deps: TrackingDeps & { log: Logger }, run: Run, folder: string): Promise<boolean> {
  let isAnyTaken = false

  try {
    for (const spool of existsSync(folder) ? await openUnusedSpools(folder, LIMITS.unsentRecordsBytesMax) : []) {
      if (spool.meta.run !== run.id) continue
      let error = await takeSpool(deps, run, spool)
      // On a full disk the first try has released the reserve, so a second one may succeed.
      if (error instanceof StoreFault) error = await takeSpool(deps, run, spool)
      if (error === undefined) isAnyTaken = true
      else deps.log.warn({ err: error, run: run.number, writer: spool.meta.writer }, 'left records were not taken')
    }
  } catch (error) {
    if (isTemporaryFault(error)) throw error
    deps.log.warn({ err: error, run: run.number }, 'left records were not found')
  }

  return isAnyTaken
}

/**
 * Whether the call that threw this error may succeed a moment later: a fault of the database other than a full disk, or
 * a shortage of descriptors, processes or memory.
 */
function isTemporaryFault(error: unknown): boolean {
  return isShortage(error) || (error instanceof StoreFault && error.kind !== 'full')
}

/**
 * Stores the tracking records of a spool and removes the spool. Returns the error that prevented it, or undefined.
 * Throws temporary errors.
 */
async function takeSpool(deps: TrackingDeps, run: Run, spool: Spool): Promise<unknown> {
  try {
    await takeLeftBatches(deps, run, toBatches(spool))
    await spool.remove()
    return undefined
  } catch (error) {
    if (isTemporaryFault(error)) throw error
    return error
  }
}

// Node fires a timer with a longer delay at once.
const TIMER_MAX_MS = 2 ** 31 - 1

/** Creates the clock of the process. A timer callback that throws is logged and does not end the server. */
function createClock(log: Logger): Clock {
  return {
    now: () => Date.now(),
    after: (delayMs, callback) => {
      const work = (): void => {
        try {
          callback()
        } catch (error) {
          log.error({ err: error }, 'a timer failed')
        }
      }
      const timer = setTimeout(work, Math.min(Math.max(0, delayMs), TIMER_MAX_MS))
      return () => clearTimeout(timer)
    },
  }
}

const ids: Ids = {
  uuid: uuid7,
  random: () => Math.random(),
  digest: (text) => createHash('sha256').update(text).digest('hex'),
}

/** Returns a UUID of version 7 (RFC 9562): 48 bits of milliseconds, then random bits. */
function uuid7(): string {
  const bytes = randomFillSync(Buffer.alloc(16))
  bytes.writeUIntBE(Date.now(), 0, 6)
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** Creates a logger that writes JSON lines to `server.log` in the data directory. No field may contain a secret. */
function createLog(config: ServerConfig): Logger {
  const file = destination({ dest: join(config.dataDir, 'server.log'), sync: true, mkdir: true, mode: 0o600 })
  // On a full disk log lines are lost, and the server continues.
  file.on('error', () => {})
  return pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, file)
}

const PORT_FIRST = 7420
const PORTS_TRIED = 50

/** Returns the port of the previous server, so that running scripts find this one; otherwise the first free port. */
async function choosePort({ dataDir, host }: ServerConfig): Promise<number> {
  const last = Number(readServerState(dataDir)?.url.split(':').at(-1))
  const candidates = [...(last ? [last] : []), ...Array.from({ length: PORTS_TRIED }, (_, index) => PORT_FIRST + index)]
  for (const port of candidates) if (await isFree(host, port)) return port
  return candidates[0]!
}

async function isFree(host: string, port: number): Promise<boolean> {
  const probe = createServer()
  return await new Promise((resolve) => {
    probe.once('error', () => resolve(false))
    probe.listen(port, host, () => probe.close(() => resolve(true)))
  })
}

const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 60_000
// Interval at which Node looks for requests past their timeout. With Node's default of 30 s they would stay far longer.
const CHECK_EVERY_MS = 2_000

const DESCRIPTORS_KEPT = 300
const CONNECTIONS_MIN = 50

/** Returns the limit for open connections. It keeps descriptors free for runs, logs and the database. */
function connectionsMax(): number {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return limit === undefined ? Infinity : Math.max(CONNECTIONS_MIN, Number(limit) - DESCRIPTORS_KEPT)
  } catch {
    // Systems other than Linux have no such file.
    return Infinity
  }
}

async function listen(app: ReturnType<typeof createApp>, hostname: string, port: number): Promise<ServerType> {
  return await new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch: app.fetch,
        hostname,
        port,
        serverOptions: {
          headersTimeout: HEADERS_TIMEOUT_MS,
          requestTimeout: REQUEST_TIMEOUT_MS,
          connectionsCheckingInterval: CHECK_EVERY_MS,
        },
      },
      () => resolve(server),
    )

    server.maxConnections = connectionsMax()
    server.once('error', reject)
  })
}

const CLOSE_GRACE_MS = 2_000

async function close(http: ServerType): Promise<void> {
  await new Promise<void>((resolve) => {
    http.close(() => resolve())
    if ('closeIdleConnections' in http) http.closeIdleConnections()
    setTimeout(() => 'closeAllConnections' in http && http.closeAllConnections(), CLOSE_GRACE_MS).unref()
  })
}
