/**
 * Preloaded into a server with `--import`. Kills the server at a named point and lets tests set its clock. The server
 * itself has no code for this: the points are calls to Node's modules and SQL statements, which are patched here.
 *
 * HAGANE_TEST_FAULT names the point and its side (`intent.before`). HAGANE_TEST_FAULT_HIT says at which occurrence the
 * server is killed, counted from 1 (default: 1). HAGANE_TEST_CLOCK names the file with the offset of the clock.
 */
import childProcess from 'node:child_process'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { StatementSync } from 'node:sqlite'

import pg from 'pg'

/**
 * Points that are commits. A statement inside the transaction identifies each; the server is killed right before or
 * right after the commit.
 */
const COMMITS = {
  trials: /^insert into "run"/,
  intent: /^insert into "attempt"/,
  launched: /^update "attempt" set .*"outputs_path" = /,
  batch: /^insert into "chunk"/,
  stop: /^update "run" set "stop_cause" = /,
  ended: /^update "attempt" set .*"ending" = /,
  collected: /^insert into "artifact"/,
  recorded: /^insert into "sweep_result"/,
  promoted: /^update "run" set .*"plan" = /,
} as const

/** Points that only a sweep with a search reaches: its results are recorded, or its trials promoted. */
const SEARCH_POINTS = ['recorded', 'promoted'] as const

/** A point and the side of it at which the server is killed. */
export type FaultPoint = `${Point}.${'before' | 'after'}`

type Point = keyof typeof COMMITS | 'spawn' | 'exit-read'

const bothSides = (point: Point): FaultPoint[] => [`${point}.before`, `${point}.after`]

/** Points that a sweep reaches whose trials log. `stop` is reached only if the sweep is stopped. */
export const FAULT_POINTS: readonly FaultPoint[] = [
  ...(Object.keys(COMMITS) as (keyof typeof COMMITS)[]).filter((point) => !SEARCH_POINTS.includes(point as never)),
  'spawn' as const,
  'exit-read' as const,
].flatMap(bothSides)

/** Points of a sweep that promotes trials: when it creates trials, records results and promotes trials. */
export const SEARCH_FAULT_POINTS: readonly FaultPoint[] = (['trials', ...SEARCH_POINTS] as const).flatMap(bothSides)

const [point, chosenSide] = (process.env['HAGANE_TEST_FAULT'] ?? '').split('.')
let hitsLeft = Number(process.env['HAGANE_TEST_FAULT_HIT'] ?? 1)
const clockFile = process.env['HAGANE_TEST_CLOCK']

if (point) arm()
if (clockFile) shiftClock(clockFile)

function arm(): void {
  const pattern = COMMITS[point as keyof typeof COMMITS]
  if (point === 'spawn') armSpawn()
  else if (point === 'exit-read') armExitRead()
  else armCommits(pattern)
}

/** Kills this process if `side` is the chosen side of the point and the chosen occurrence is reached. */
function killIfChosen(side: 'before' | 'after'): void {
  if (chosenSide !== side) return
  hitsLeft -= 1
  if (hitsLeft === 0) process.kill(process.pid, 'SIGKILL')
}

function armSpawn(): void {
  const { spawn } = childProcess
  childProcess.spawn = ((...args: Parameters<typeof spawn>) => {
    const isSupervisor = (args[1] as unknown as string[] | undefined)?.[0]?.endsWith('supervise.sh')
    if (isSupervisor) killIfChosen('before')
    const child = spawn(...args)
    if (isSupervisor) killIfChosen('after')
    return child
  }) as typeof spawn
  syncBuiltinESMExports()
}

function armExitRead(): void {
  const { openSync, readFileSync } = fs
  let exitFile: number | undefined
  fs.openSync = (...args: Parameters<typeof openSync>) => {
    const file = openSync(...args)
    exitFile = String(args[0]).endsWith('/exit') ? file : undefined
    return file
  }

  fs.readFileSync = ((...args: Parameters<typeof readFileSync>) => {
    const isExit = args[0] === exitFile
    if (isExit) killIfChosen('before')
    const text = readFileSync(...args)
    if (isExit) killIfChosen('after')
    return text
  }) as typeof readFileSync

  syncBuiltinESMExports()
}

function armCommits(pattern: RegExp): void {
  let isInChosenTransaction = false

  const isChosenCommit = (text: string): boolean => {
    if (pattern.test(text)) isInChosenTransaction = true
    const isCommit = isInChosenTransaction && text === 'commit'
    if (text === 'commit' || text === 'rollback') isInChosenTransaction = false
    if (isCommit) killIfChosen('before')
    return isCommit
  }

  const { run } = StatementSync.prototype
  StatementSync.prototype.run = function (this: StatementSync, ...args: never[]) {
    const isCommit = isChosenCommit(this.sourceSQL)
    const result = (run as (...args: never[]) => unknown).apply(this, args)
    if (isCommit) killIfChosen('after')
    return result
  } as never

  const { all } = StatementSync.prototype
  StatementSync.prototype.all = function (this: StatementSync, ...args: never[]) {
    isChosenCommit(this.sourceSQL)
    return (all as (...args: never[]) => unknown).apply(this, args)
  } as never

  const { query } = pg.Client.prototype
  pg.Client.prototype.query = function (this: pg.Client, ...args: never[]) {
    const isCommit = isChosenCommit(String(args[0]))
    const result = (query as (...args: never[]) => unknown).apply(this, args)
    if (isCommit && result instanceof Promise) void result.then(() => killIfChosen('after'))
    return result
  } as never
}

/** Shifts `Date.now` by the milliseconds in the file, which is read now and on each SIGUSR2. */
function shiftClock(file: string): void {
  const { now } = Date
  let offset = 0
  const read = (): void => {
    offset = Number(fs.readFileSync(file, 'utf8'))
  }
  read()
  Date.now = () => now() + offset
  process.on('SIGUSR2', read)
}
