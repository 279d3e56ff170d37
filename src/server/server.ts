import { stat } from 'node:fs/promises'
import { join } from 'node:path'

import { createApp } from '../api/app.ts'
import { createHandlers } from '../api/handlers.ts'
import { createDataDir } from '../config/config.ts'
import type { ServerConfig } from '../config/config.ts'
import { PACKAGE_DIR, VERSION } from '../config/package.ts'
import {
  directoryId,
  removeRestoringNote,
  ensureSecret,
  isRestoring,
  readServerState,
  readToken,
  writeDatabase,
  writeServerState,
} from '../config/state-files.ts'
import { dataDirPaths } from '../core/data-dir.ts'
import { attemptDir } from '../disk/attempt-dir.ts'
import { createDiskGuard } from '../disk/disk-guard.ts'
import { examine } from '../doctor.ts'
import { createCompileThread } from '../engine/compile-thread.ts'
import { createEngine } from '../engine/engine.ts'
import { createNudgeRelay } from '../engine/nudge-relay.ts'
import { createSearchThread } from '../engine/search-thread.ts'
import { createUsageRecorder } from '../engine/usage-recorder.ts'
import { createVenvBuilder } from '../environments/venv.ts'
import { createLocalExecutor } from '../executors/local/executor.ts'
import { listGpus } from '../executors/local/gpus.ts'
import { createLocalWorkCopies } from '../executors/local/work-copies.ts'
import { createDiskLogs } from '../logs/disk-logs.ts'
import { createDiskOutputs } from '../artifacts/disk-outputs.ts'
import { createSessions } from '../services/access/sessions.ts'
import { createTokens } from '../services/access/tokens.ts'
import { cleanUp } from '../services/clean-up.ts'
import { checkOut } from '../services/code/snapshots.ts'
import { planBuild, prepareEnvironment } from '../services/environments.ts'
import { createActivity } from '../services/history/activity.ts'
import { openCodeFolder } from '../snapshots/code-folder.ts'
import { createCodeStore } from '../snapshots/code-store.ts'
import { openPostgres, openSqlite } from '../store/database.ts'
import { isEmpty } from '../store/dump.ts'
import type { StoreFault } from '../store/faults.ts'
import { lockDirectory, takeLease } from '../store/lock.ts'
import { migrate } from '../store/migrate.ts'
import { createStore } from '../store/store.ts'
import { createClock } from './clock.ts'
import { close, listen } from './http.ts'
import { ids } from './ids.ts'
import { takeLeftRecords } from './left-records.ts'
import { createLog } from './log.ts'
import { choosePort } from './port.ts'

/**
 * Thrown when another process is the server of this data directory. `pid` is the process id of that server; undefined
 * if the directory contains no state file.
 */
export class DirectoryTakenError extends Error {
  readonly pid: number | undefined
  constructor(pid: number | undefined) {
    super(`the data directory is held by process ${pid}`)
    this.pid = pid
  }
}

/** Thrown when a restore into this data directory was interrupted: the files are there, but the database is empty. */
export class RestoreCutError extends Error {
  constructor(dataDir: string) {
    super(`a restore into ${dataDir} was cut short`)
  }
}

/** A running server. Disposing of it closes the HTTP listener, stops the engine and releases the locks. */
export interface Server extends AsyncDisposable {
  readonly url: string
}

/** Callbacks to the process that runs the server. */
export interface ServerHooks {
  /** Called when another server is active on the same PostgreSQL database: startup waits until that server ends. */
  readonly onStandby: () => void
  /**
   * Called when this server must end: a client requested it (`shutdown`), another server took over the database
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
  const paths = dataDirPaths(config.dataDir)
  createDataDir(config.dataDir)

  // Starts Node's threads for file access now. Node starts them at their first use and aborts if it cannot, which may
  // happen later, when runs have used up the limit of processes.
  await stat(config.dataDir)

  const directoryLock = lockDirectory(paths.lock)
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
    config.database === null ? openSqlite(paths.sqlite, onFault) : openPostgres(config.database, onFault),
  )

  await migrate(database)
  if (isRestoring(config.dataDir)) {
    if (await isEmpty(database)) throw new RestoreCutError(config.dataDir)
    // A restore inserts all rows in its last transaction. Since there are rows, the restore is complete, and only the
    // file that marks a restore in progress was not removed.
    removeRestoringNote(config.dataDir)
  }

  const activeLease = lease && stack.use(await lease(database.writer))
  const store = createStore(database, { now: clock.now, ...(activeLease && { fence: activeLease.fence }) })
  const secrets = {
    secret: ensureSecret(paths.secret),
    personToken: ensureSecret(paths.token, 'hpt_'),
  }
  const tokens = createTokens({ store, clock, ...secrets })
  const sessions = createSessions({ clock, ...secrets })

  const code = createCodeStore(config.dataDir)
  const devices = config.gpus ?? listGpus(config.baseEnv['PATH'])
  const place = { dataDir: config.dataDir, directoryId: directoryId(config.dataDir), clock, log }
  const logs = stack.use(createDiskLogs({ ...place, bytesMax: config.logMibMax * 2 ** 20 }))
  const executor = stack.use(
    createLocalExecutor({
      ...place,
      baseEnv: config.baseEnv,
      clientPath: join(PACKAGE_DIR, 'clients', 'python'),
      devices,
      runsMax: config.runsMax,
      checkOut: (digest) => checkOut({ store, code }, digest),
      logs,
    }),
  )

  const port = config.port ?? (await choosePort(config))
  const url = `http://${config.host}:${port}`
  const nudges = createNudgeRelay()
  const outputs = createDiskOutputs(config.dataDir)
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
    examine: (isDeep) => examine({ config, store, outputs }, isDeep),
    version: VERSION,
    url: () => url,
    shutdown: () => setImmediate(() => hooks.onEnd('shutdown')),
  })

  const pagesDir = join(PACKAGE_DIR, 'dist', 'dashboard')
  const app = createApp({ handlers, pagesDir, tokens, sessions, ids, storage, log })
  const http = await listen(app.fetch, config.host, port)
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

const DAY_MS = 86_400_000
const PROBE_MS = 2_000

/**
 * Throws DirectoryTakenError if a server of this data directory still runs although its lock file was removed. The
 * server is recognised because it accepts the directory's token at the URL in the state file.
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
