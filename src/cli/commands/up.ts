import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'

import { childEnv, createDataDir, hasLauncher, readServerConfig } from '../../config/config.ts'
import type { ServerFlags } from '../../config/config.ts'
import { PACKAGE_DIR } from '../../config/package.ts'
import { readServerState, readToken } from '../../config/state-files.ts'
import { EXIT } from '../../contract/errors.ts'
import { dataDirPaths } from '../../core/data-dir.ts'
import { createClient, findClient } from '../client.ts'
import type { Client } from '../client.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'

/** Flags of `hagane up`. */
export interface UpFlags extends ServerFlags {
  readonly detach?: boolean
}

/** `hagane up`: runs the server in this terminal until it is stopped, or in the background with `--detach`. */
export async function up(cli: Cli, flags: UpFlags): Promise<void> {
  if (flags.detach) {
    const dataDir = flags.data === undefined ? cli.config.dataDir : readServerConfig(flags).dataDir
    const { client, isNew } = await ensureServer({ ...cli, config: { ...cli.config, dataDir } }, flags)
    cli.printStatus(cli.formatMessage(isNew ? 'server_started' : 'server_running', { url: client.url, data: dataDir }))
    return
  }

  const config = readServerConfig(flags)
  if (!/^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(config.host))
    throw new CliExit(EXIT.usage, cli.formatMessage('host_not_local', { host: config.host }))

  const { DirectoryTakenError, RestoreCutError, startServer } = await import('../../server/server.ts')

  let end: (status: number) => void = () => {}
  const ended = new Promise<number>((resolve) => (end = resolve))
  watchSignals(end)

  const server = await startServer(config, {
    onStandby: () => cli.printStatus(cli.formatMessage('standing_by')),
    onEnd: (why) => {
      // Exit at once: after a failed fsync of the database, later writes could falsely seem to succeed.
      if (why === 'broken') process.exit(EXIT.failed)
      end(why === 'shutdown' ? EXIT.ok : EXIT.secondServer)
    },
  }).catch((error: unknown) => {
    if (error instanceof DirectoryTakenError)
      throw new CliExit(
        EXIT.secondServer,
        cli.formatMessage('server_second', { pid: error.pid ?? '?', data: config.dataDir }),
      )
    if (error instanceof RestoreCutError)
      throw new CliExit(EXIT.failed, cli.formatMessage('restore_cut', { data: config.dataDir }))
    throw startFailure(cli, error)
  })

  cli.printStatus(
    cli
      .formatMessage('server_ready', {
        url: server.url,
        data: config.dataDir,
        tokenFile: dataDirPaths(config.dataDir).token,
      })
      .split('\n'),
  )

  const status = await ended
  await server[Symbol.asyncDispose]()
  cli.printStatus(cli.formatMessage('server_stopped'))
  process.exit(status)
}

/** Fields of the errors that a failed start can throw. */
interface StartFault {
  readonly message: string
  /** `found` is the version of the database schema; `supported` is the newest version that this program supports. */
  readonly found?: number
  readonly supported?: number
  /** System error code: a connection to the database failed, or the port cannot be opened. */
  readonly code?: string
  readonly address?: string
  readonly hostname?: string
  readonly port?: number
}

const UNREACHED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'])

function startFailure(cli: Cli, cause: unknown): CliExit {
  // A connection to a name with several addresses fails with an AggregateError, of which the first error is reported.
  const {
    found,
    supported,
    code = '',
    address,
    hostname,
    port,
    message,
  } = (cause instanceof AggregateError ? cause.errors[0] : cause) as StartFault

  const place = [address ?? hostname, port].filter((part) => part !== undefined).join(':')
  const exitWith = (text: string): CliExit => new CliExit(EXIT.failed, text, { cause })
  if (found !== undefined && supported !== undefined)
    return exitWith(cli.formatMessage('schema_newer', { found, known: supported }))
  if (code === 'EADDRINUSE') return exitWith(cli.formatMessage('port_taken', { place }))
  if (UNREACHED.has(code)) return exitWith(cli.formatMessage('database_silent', { place }))
  return exitWith(cli.formatMessage('server_failed', { detail: message }))
}

/**
 * Calls `end` on the first SIGINT or SIGTERM and exits at once on the second. Also kills this process when the launcher
 * that started it is killed.
 */
function watchSignals(end: (status: number) => void): void {
  let count = 0
  const onSignal = (): void => {
    count += 1
    if (count > 1) process.exit(EXIT.interrupted)
    end(EXIT.ok)
  }

  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)

  if (hasLauncher() && process.channel) {
    process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
    process.channel.unref()
  }
}

const START_TIMEOUT_MS = 30_000
const POLL_MS = 25

/**
 * Returns a client of the configured server. If no server is configured, uses the server of the data directory, and
 * starts it in the background if it does not run; `isNew` is then true. Throws CliExit if the server does not answer
 * within `START_TIMEOUT_MS`.
 */
export async function ensureServer(cli: Cli, flags: ServerFlags = {}): Promise<{ client: Client; isNew: boolean }> {
  const configuredUrl = cli.config.host ?? cli.config.login?.host
  if (configuredUrl) {
    const client = findClient(cli)!
    if (await isHealthy(client)) return { client, isNew: false }
    throw new CliExit(EXIT.unreachable, cli.formatMessage('server_unreachable', { url: configuredUrl }))
  }

  const running = await findOwnServer(cli)
  if (running) return { client: running, isNew: false }

  let child = startInBackground(cli, flags)

  for (const startedAt = Date.now(); Date.now() - startedAt < START_TIMEOUT_MS;) {
    const client = await findOwnServer(cli)
    if (client) {
      child.unref()
      return { client, isNew: readServerState(cli.config.dataDir)?.pid === child.pid }
    }
    // The new server has ended because another server holds the data directory. Start one again until one answers.
    if (child.exitCode === EXIT.secondServer) child = startInBackground(cli, flags)
    else if (child.exitCode !== null || child.signalCode !== null) break
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }

  child.unref()
  throw new CliExit(EXIT.unreachable, cli.formatMessage('server_silent', { file: outputFile(cli) }))
}

/**
 * Returns a client of the server of this data directory; undefined if that server does not answer. Another server may
 * meanwhile use the stored port; it refuses the token of this directory.
 */
async function findOwnServer(cli: Cli): Promise<Client | undefined> {
  const url = readServerState(cli.config.dataDir)?.url
  if (url === undefined) return undefined

  try {
    await createClient(url, readToken(cli.config.dataDir) ?? '', cli).call('listProjects')
    return findClient(cli)
  } catch (error) {
    if (error instanceof CliExit) return undefined
    throw error
  }
}

const outputFile = (cli: Cli): string => dataDirPaths(cli.config.dataDir).serverOutput

function startInBackground(cli: Cli, flags: ServerFlags) {
  createDataDir(cli.config.dataDir)
  const output = openSync(outputFile(cli), 'a', 0o600)
  const words = Object.entries({ ...flags, data: cli.config.dataDir }).flatMap(([name, value]) =>
    value === undefined || name === 'detach' ? [] : [`--${name}`, String(value)],
  )

  return spawn(process.execPath, [...process.execArgv, join(PACKAGE_DIR, 'bin', 'hagane.mjs'), 'up', ...words], {
    detached: true,
    stdio: ['ignore', output, output],
    env: childEnv(),
    cwd: cli.config.dataDir,
  })
}

async function isHealthy(client: Client): Promise<boolean> {
  try {
    return (await client.call('health')).name === 'hagane'
  } catch {
    return false
  }
}

/** `hagane down`: stops the configured server and waits until it has ended. Runs continue. */
export async function down(cli: Cli): Promise<void> {
  const client = findClient(cli)
  if (!client || !(await isHealthy(client))) return cli.printStatus(cli.formatMessage('server_none'))
  await client.call('shutdown')
  while (await isHealthy(client)) await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  cli.printStatus(cli.formatMessage('server_stopped'))
}
