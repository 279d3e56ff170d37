/**
 * Loaded into a server before its own code (`--import`): makes it die at a named point, and lets its clock be set. The
 * product knows nothing of this; the points are calls of Node's modules and statements that pass by.
 */
import childProcess from 'node:child_process'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { StatementSync } from 'node:sqlite'

import pg from 'pg'

/** Points that are transactions, by a statement inside them; the server dies right before or right after their commit. */
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

/** Points that only a sweep with a record comes to. */
const OF_SEARCHES = ['recorded', 'promoted'] as const

export type FaultPoint = `${Place}.${'before' | 'after'}`

type Place = keyof typeof COMMITS | 'spawn' | 'exit-read'

const bothSides = (point: Place): FaultPoint[] => [`${point}.before`, `${point}.after`]

export const FAULT_POINTS: readonly FaultPoint[] = [
  ...(Object.keys(COMMITS) as (keyof typeof COMMITS)[]).filter((point) => !OF_SEARCHES.includes(point as never)),
  'spawn' as const,
  'exit-read' as const,
].flatMap(bothSides)

/** What a sweep that promotes trials can die at: its suggestions, its record, its promotions. */
export const SEARCH_FAULT_POINTS: readonly FaultPoint[] = (['trials', ...OF_SEARCHES] as const).flatMap(bothSides)

const [point, when] = (process.env['HAGANE_TEST_FAULT'] ?? '').split('.')
let hitsLeft = Number(process.env['HAGANE_TEST_FAULT_HIT'] ?? 1)
const clockFile = process.env['HAGANE_TEST_CLOCK']

if (point) arm()
if (clockFile) letClockBeSet(clockFile)

function arm(): void {
  const pattern = COMMITS[point as keyof typeof COMMITS]
  if (point === 'spawn') armSpawn()
  else if (point === 'exit-read') armExitRead()
  else armCommits(pattern)
}

/** Dies at the wanted hit, if this is the wanted side of it. */
function hit(side: 'before' | 'after'): void {
  if (when !== side) return
  hitsLeft -= 1
  if (hitsLeft === 0) process.kill(process.pid, 'SIGKILL')
}

function armSpawn(): void {
  const { spawn } = childProcess
  childProcess.spawn = ((...args: Parameters<typeof spawn>) => {
    const isSupervisor = (args[1] as unknown as string[] | undefined)?.[0]?.endsWith('supervise.sh')
    if (isSupervisor) hit('before')
    const child = spawn(...args)
    if (isSupervisor) hit('after')
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
    if (isExit) hit('before')
    const text = readFileSync(...args)
    if (isExit) hit('after')
    return text
  }) as typeof readFileSync
  syncBuiltinESMExports()
}

function armCommits(pattern: RegExp): void {
  let isWanted = false
  const passes = (text: string): boolean => {
    if (pattern.test(text)) isWanted = true
    const isCommit = isWanted && text === 'commit'
    if (text === 'commit' || text === 'rollback') isWanted = false
    if (isCommit) hit('before')
    return isCommit
  }
  const { run } = StatementSync.prototype
  StatementSync.prototype.run = function (this: StatementSync, ...args: never[]) {
    const isCommit = passes(this.sourceSQL)
    const result = (run as (...args: never[]) => unknown).apply(this, args)
    if (isCommit) hit('after')
    return result
  } as never
  const { all } = StatementSync.prototype
  StatementSync.prototype.all = function (this: StatementSync, ...args: never[]) {
    passes(this.sourceSQL)
    return (all as (...args: never[]) => unknown).apply(this, args)
  } as never
  const { query } = pg.Client.prototype
  pg.Client.prototype.query = function (this: pg.Client, ...args: never[]) {
    const isCommit = passes(String(args[0]))
    const result = (query as (...args: never[]) => unknown).apply(this, args)
    if (isCommit && result instanceof Promise) void result.then(() => hit('after'))
    return result
  } as never
}

/** At the start and on SIGUSR2 the clock moves to as many milliseconds beside the true one as the file says. */
function letClockBeSet(file: string): void {
  const { now } = Date
  let offset = 0
  const read = (): void => {
    offset = Number(fs.readFileSync(file, 'utf8'))
  }
  read()
  Date.now = () => now() + offset
  process.on('SIGUSR2', read)
}
