import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Identity } from './process-table.ts'

/** The files of attempts and runs under the data directory. Names come from the server, never from a user's text. */
export interface AttemptDir {
  readonly path: string
  readonly log: string
  /** Sparse index of the log: a line `time offset` now and then. */
  readonly logIndex: string
  /** Shared by all attempts of the run. */
  readonly outputs: string
  readonly checkpoints: string
  readonly spool: string
  /** The parameters it is given, as JSON. */
  readonly params: string
  /** A command that is too long for an argument. */
  readonly command: string
  /** The attempt's own copy of its code, if it has one. */
  readonly code: string
}

const NAME = /^hagane-(\d+)-(\d+)$/

/** Whether a name in the folder of attempts is one of ours: people and their programs leave other files there. */
export function isAttemptName(name: string): boolean {
  return NAME.test(name)
}

export function attemptDir(dataDir: string, name: string): AttemptDir {
  const match = NAME.exec(name)
  if (!match) throw new Error(`not a name of an attempt: ${name}`)
  const path = join(dataDir, 'attempts', name)
  const runPath = join(dataDir, 'runs', match[1]!)
  return {
    path,
    log: join(path, 'log'),
    logIndex: join(path, 'log.index'),
    outputs: join(runPath, 'outputs'),
    checkpoints: join(runPath, 'checkpoints'),
    spool: join(runPath, 'spool'),
    params: join(path, 'params.json'),
    command: join(path, 'command.sh'),
    code: join(path, 'code'),
  }
}

export function createAttemptDir(dir: AttemptDir): void {
  for (const path of [dir.path, dir.outputs]) mkdirSync(path, { recursive: true, mode: 0o700 })
}

/** Who claimed the attempt: undefined without a claim, null for one that is not written yet. */
export function readClaim(dir: AttemptDir): Identity | null | undefined {
  const text = readText(join(dir.path, 'claim'))
  if (text === undefined) return undefined
  const [pid, startedAt, boot] = text.split('\n', 1)[0]!.trim().split(' ')
  return boot === undefined ? null : { pid: Number(pid), startedAt: startedAt!, boot }
}

/** How a command ended, and when that was written. */
export interface ExitRecord {
  readonly exitCode: number
  /** Whether a signal ended it; undefined where the shell could not say. */
  readonly isKilled: boolean | undefined
  readonly endedAt: number
}

/** The exit record. One without a status is none. */
export function readExit(dir: AttemptDir): ExitRecord | undefined {
  const path = join(dir.path, 'exit')
  const [code, how] = readText(path)?.trim().split(' ') ?? []
  if (code === undefined || code === '') return undefined
  return { exitCode: Number(code), isKilled: how === undefined ? undefined : how === 'killed', endedAt: Math.round(statSync(path).mtimeMs) }
}

/** The mark all processes of the attempt carry in their environment. */
export const MARK = 'HAGANE_ATTEMPT_ID'

export function writeMark(dir: AttemptDir, mark: string): void {
  writeFileSync(join(dir.path, 'mark'), mark)
}

export function readMark(dir: AttemptDir): string {
  return readText(join(dir.path, 'mark')) ?? ''
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
