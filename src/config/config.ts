import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

import { readDatabase } from './state-files.ts'
import { readLogin } from './login.ts'
import type { Login } from './login.ts'
import { toLocale } from '../contract/messages/messages.ts'
import type { CliCode, Locale, PlainArgs } from '../contract/messages/messages.ts'

/** Settings of a server. A flag overrides the environment variable, which overrides the default. */
export interface ServerConfig {
  readonly dataDir: string
  /** Address to listen on; only loopback addresses are allowed. */
  readonly host: string
  /** Port to listen on. Null: the port of the last start, else 7420, else the next free port. */
  readonly port: number | null
  /** URL of PostgreSQL, such as `postgres://…`; null for SQLite in the data directory. */
  readonly database: string | null
  /** Largest number of runs that execute at once. */
  readonly runsMax: number
  /** Ids of the GPUs that may be given to runs; null: all that `nvidia-smi` lists. */
  readonly gpus: readonly string[] | null
  readonly logLevel: string
  /** Variables of the process environment of the server that runs inherit. */
  readonly baseEnv: Readonly<Record<string, string>>
  /** Days after which deleted runs and sweeps are removed from the trash for good. */
  readonly trashDays: number
  /** Largest size of the log of an attempt, in mebibytes. */
  readonly logMibMax: number
}

/** Settings of a command of the command line: where its server is, and how it prints. */
export interface ClientConfig {
  readonly dataDir: string
  /** URL in `HAGANE_HOST`; null if it is not set. */
  readonly host: string | null
  readonly token: string | null
  readonly locale: Locale
  readonly hasColor: boolean
  /** PATH of the shell that started the command. */
  readonly shellPath: string
  /** Project in `HAGANE_PROJECT`; null if it is not set. */
  readonly project: string | null
  /** Server and token stored by `hagane login`; null without one. */
  readonly login: Login | null
}

/** Flags of the commands that start a server or open its data directory. */
export interface ServerFlags {
  readonly data?: string
  readonly host?: string
  readonly port?: number
  readonly database?: string
}

/**
 * Thrown for a flag or an environment variable with an invalid value. `code` and `args` are the message, which contains
 * the name of the setting and the expected form.
 */
export class SettingError extends Error {
  readonly code: CliCode
  readonly args: PlainArgs
  constructor(code: CliCode, args: PlainArgs) {
    super(`${args['flag']} cannot be read`)
    this.code = code
    this.args = args
  }
}

const RUNS_MAX_DEFAULT = 100
const TRASH_DAYS_DEFAULT = 30
const LOG_MIB_DEFAULT = 1_024

/** Names of the environment variables of the server that runs inherit. Runs receive no other variable of the server. */
const INHERITED_VARIABLES =
  /^(HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|PATH|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|CUDA_HOME|CUDA_PATH|XDG_\w+|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|(HTTP|HTTPS|NO|ALL)_PROXY|VIRTUAL_ENV|CONDA_\w+|PYENV_\w+|PYTHONPATH|PYTHONUTF8|PYTHONIOENCODING|PYTHONUNBUFFERED|OPENBLAS_\w+)$/i

const PORT_MAX = 65_535
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** Reads the settings of a server. An empty variable counts as not set. Throws SettingError. */
export function readServerConfig(flags: ServerFlags = {}, env: NodeJS.ProcessEnv = process.env): ServerConfig {
  const dataDir = readDataDir(flags.data, env)
  // The data directory stores the URL of its database. With another database the data directory would look empty.
  const database = flags.database || env['HAGANE_DATABASE'] || readDatabase(dataDir)

  return {
    dataDir,
    host: flags.host || '127.0.0.1',
    port: (flags.port ?? readNumber(env, 'HAGANE_PORT', { min: 0, max: PORT_MAX, isWhole: true })) || null,
    database:
      database === undefined || database === 'sqlite'
        ? null
        : checkDatabase(flags.database ? '--database' : 'HAGANE_DATABASE', database),
    runsMax: readNumber(env, 'HAGANE_CONCURRENCY', { min: 0, isWhole: true }) ?? RUNS_MAX_DEFAULT,
    gpus: env['HAGANE_GPUS'] === undefined ? null : env['HAGANE_GPUS'].split(',').filter(Boolean),
    logLevel: readWord(env, 'HAGANE_SERVER_LOG', LOG_LEVELS) ?? 'info',
    trashDays: readNumber(env, 'HAGANE_TRASH_DAYS', { min: 0 }) ?? TRASH_DAYS_DEFAULT,
    logMibMax: readNumber(env, 'HAGANE_LOG_LIMIT_MIB', { min: 1 }) ?? LOG_MIB_DEFAULT,
    baseEnv: Object.fromEntries(
      Object.entries(env).filter(
        (entry): entry is [string, string] => INHERITED_VARIABLES.test(entry[0]) && entry[1] !== undefined,
      ),
    ),
  }
}

/** Reads the settings of a command from the environment variables and the stored login. */
export function readClientConfig(
  env: NodeJS.ProcessEnv = process.env,
  isTerminal = process.stdout.isTTY,
): ClientConfig {
  return {
    dataDir: readDataDir(undefined, env),
    host: env['HAGANE_HOST'] || null,
    token: env['HAGANE_TOKEN'] || null,
    locale: toLocale(env['HAGANE_LANG'] || env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG']),
    hasColor: isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
    shellPath: env['PATH'] ?? '',
    project: env['HAGANE_PROJECT'] || null,
    login: readLogin(env) ?? null,
  }
}

function readDataDir(flag: string | undefined, env: NodeJS.ProcessEnv): string {
  return resolve(
    flag ||
      env['HAGANE_DATA'] ||
      join(env['XDG_DATA_HOME'] || join(env['HOME'] || homedir(), '.local', 'share'), 'hagane'),
  )
}

/**
 * Returns the URL of a database if it is a PostgreSQL URL. Throws SettingError otherwise; the error contains the name
 * of the setting but not the URL, which may contain a password.
 */
function checkDatabase(flag: string, address: string): string {
  if (!/^postgres(?:ql)?:\/\//.test(address) || !URL.canParse(address))
    throw new SettingError('database_unknown', { flag })
  return address
}

/** Values that a numeric setting may have: `min` and `max` are included, and `isWhole` permits integers only. */
export interface NumberRange {
  readonly min: number
  readonly max?: number
  readonly isWhole?: boolean
}

/**
 * Parses a number in plain decimal digits. Throws SettingError for another text or a number outside the range; `flag`
 * is the name of the setting in the message.
 */
export function parseNumber(flag: string, text: string, { min, max = Infinity, isWhole = false }: NumberRange): number {
  const value = Number(text)
  if (
    (isWhole ? /^\d+$/ : /^\d+(?:\.\d+)?$/).test(text) &&
    value >= min &&
    value <= max &&
    (max !== Infinity || value <= Number.MAX_SAFE_INTEGER)
  )
    return value
  const [from, between] = isWhole
    ? (['flag_whole_from', 'flag_whole_between'] as const)
    : (['flag_number_from', 'flag_number_between'] as const)
  throw new SettingError(max === Infinity ? from : between, { flag, found: text, min, max })
}

function readNumber(env: NodeJS.ProcessEnv, name: string, range: NumberRange): number | undefined {
  const text = env[name]?.trim()
  return text ? parseNumber(name, text, range) : undefined
}

function readWord<Word extends string>(env: NodeJS.ProcessEnv, name: string, known: readonly Word[]): Word | undefined {
  const text = env[name]?.trim().toLowerCase()
  if (!text) return undefined
  const word = known.find((item) => item === text)
  if (word === undefined) throw new SettingError('flag_word', { flag: name, found: text, known: known.join(', ') })
  return word
}

/**
 * Returns the process environment for a program that the command line starts: its own variables with `changes`, without
 * `HAGANE_LAUNCHED`.
 */
export function childEnv(changes: NodeJS.ProcessEnv = {}, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const { HAGANE_LAUNCHED: _, ...rest } = env
  return { ...rest, ...changes }
}

/**
 * Whether `bin/launch.mjs` started this process as its child. The process then has to end when the launcher is killed.
 */
export function hasLauncher(env: NodeJS.ProcessEnv = process.env): boolean {
  return env['HAGANE_LAUNCHED'] === '1'
}

/** Creates the data directory if it is missing, readable by its owner only. */
export function createDataDir(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
}
