import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'

import { isShortage } from '../../core/shortage.ts'

/** One process as the kernel shows it. `startedAt` is the kernel's own mark: it tells apart two uses of one pid. */
export interface ProcessEntry {
  readonly pid: number
  readonly ppid: number
  readonly group: number
  readonly session: number
  readonly startedAt: string
  readonly isZombie: boolean
}

/** A process that can be recognised later: a pid alone may by then belong to someone else. */
export interface Identity {
  readonly pid: number
  readonly startedAt: string
  readonly boot: string
}

const HAS_PROC = existsSync('/proc/self/stat')

export function bootId(): string {
  if (HAS_PROC) return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return execFileSync('sysctl', ['-n', 'kern.boottime'], { encoding: 'utf8' }).replace(/\D/g, '')
}

/** The process with this pid, undefined when there is none. Throws where that cannot be found out. */
export function findProcess(pid: number): ProcessEntry | undefined {
  if (!HAS_PROC) return listProcesses().find((entry) => entry.pid === pid)
  try {
    return parseStat(pid, readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    if (isShortage(error)) throw error
    return undefined
  }
}

export function listProcesses(): ProcessEntry[] {
  if (!HAS_PROC) return listWithPs()
  return readdirSync('/proc').flatMap((name) => {
    const entry = /^\d+$/.test(name) ? findProcess(Number(name)) : undefined
    return entry ?? []
  })
}

export function isAlive(identity: Identity, boot: string): boolean {
  const entry = findProcess(identity.pid)
  return identity.boot === boot && entry !== undefined && !entry.isZombie && entry.startedAt === identity.startedAt
}

/** The kernel counts start times in hundredths of a second since the boot. */
const TICKS_PER_S = 100

/** How long ago a process started by the kernel's own clock; undefined where the kernel does not show it. */
export function ageMs({ startedAt }: Identity): number | undefined {
  if (!HAS_PROC) return undefined
  const uptimeS = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
  return Math.max(0, (uptimeS - Number(startedAt) / TICKS_PER_S) * 1000)
}

function parseStat(pid: number, line: string): ProcessEntry {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return {
    pid,
    isZombie: fields[0] === 'Z' || fields[0] === 'X',
    ppid: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    startedAt: fields[19]!,
  }
}

function listWithPs(): ProcessEntry[] {
  const lines = execFileSync('ps', ['-axo', 'pid=,ppid=,pgid=,stat=,lstart='], { encoding: 'utf8' }).trim().split('\n')
  return lines.map((line) => {
    const [pid, ppid, group, state, ...start] = line.trim().split(/\s+/)
    return {
      pid: Number(pid),
      ppid: Number(ppid),
      group: Number(group),
      session: Number(group),
      isZombie: state!.startsWith('Z'),
      startedAt: `${start.join('_')}_`,
    }
  })
}

/** The command line of a process; empty where it cannot be seen. */
export function argumentsOf(pid: number): string[] {
  try {
    return HAS_PROC ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0') : []
  } catch (error) {
    if (isShortage(error)) throw error
    return []
  }
}

/** Marks that identify the processes of an attempt: a variable of their environment as `NAME=value`, and the file that they print to. */
export interface Trace {
  readonly mark: string
  /** Identity of the file; undefined where it is gone. */
  readonly output: string | undefined
}

/** The identity of a file, whatever its name; undefined where there is none. Throws where descriptors run short. */
export function fileId(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path)
    return `${dev}:${ino}`
  } catch (error) {
    if (isShortage(error)) throw error
    return undefined
  }
}

/**
 * Every living process of an attempt but its supervisor: the supervisor's session and group, the descendants of those,
 * and processes that leave a trace of the attempt, which finds the ones that left the session. Where the supervisor is not
 * known traces alone decide, and find that one too.
 *
 * The session and group count only while they are surely the supervisor's own: it lives, or one in them leaves a
 * trace, since a number that names a session is given to no new process. Otherwise both may belong to someone else by now.
 */
export function membersOf(supervisor: Identity | undefined, trace: Trace): ProcessEntry[] {
  const supervisorPid = supervisor?.pid
  const entries = listProcesses().filter((entry) => !entry.isZombie)
  const found = new Map<number, ProcessEntry>()
  const isNear = (entry: ProcessEntry): boolean => entry.session === supervisorPid || entry.group === supervisorPid
  const isOwn =
    !HAS_PROC ||
    entries.some((entry) =>
      entry.pid === supervisorPid
        ? entry.startedAt === supervisor?.startedAt
        : isNear(entry) && leavesTrace(entry.pid, trace),
    )
  const isMember = (entry: ProcessEntry): boolean =>
    (isOwn && (isNear(entry) || entry.ppid === supervisorPid)) || found.has(entry.ppid) || leavesTrace(entry.pid, trace)
  // Parents usually have lower pids, but need not: repeat until nothing new is found.
  for (let before = -1; before !== found.size;) {
    before = found.size
    for (const entry of entries)
      if (entry.pid !== supervisorPid && entry.pid !== process.pid && !found.has(entry.pid) && isMember(entry))
        found.set(entry.pid, entry)
  }
  return [...found.values()]
}

/** All marks of a name and all outputs that any living process has: one look at the process table serves many attempts. */
export function tracesInUse(name: string): Set<string> {
  const traces = new Set<string | undefined>()
  for (const { pid, isZombie } of listProcesses())
    if (!isZombie) for (const trace of [`${name}=${readMark(pid, name)}`, ...outputsOf(pid)]) traces.add(trace)
  traces.delete(undefined)
  return traces as Set<string>
}

/** Whether anything that is alive leaves a trace. */
export function isAmong(traces: ReadonlySet<string>, { mark, output }: Trace): boolean {
  return traces.has(mark) || (output !== undefined && traces.has(output))
}

/** A daemon may have an environment of its own, and still prints to where it came from. */
function leavesTrace(pid: number, { mark, output }: Trace): boolean {
  const [name, value] = mark.split('=') as [string, string]
  return readMark(pid, name) === value || (output !== undefined && outputsOf(pid).includes(output))
}

/** Identities of the files that its standard output and error go to. */
function outputsOf(pid: number): (string | undefined)[] {
  return HAS_PROC ? [1, 2].map((descriptor) => fileId(`/proc/${pid}/fd/${descriptor}`)) : []
}

function readMark(pid: number, name: string): string | undefined {
  if (!HAS_PROC) return undefined
  try {
    const variable = readFileSync(`/proc/${pid}/environ`, 'latin1')
      .split('\0')
      .find((item) => item.startsWith(`${name}=`))
    return variable?.slice(name.length + 1)
  } catch (error) {
    if (isShortage(error)) throw error
    return undefined
  }
}

/** Sends a signal to exactly the process meant; false when it is gone. */
export function signal(entry: ProcessEntry, name: 'SIGTERM' | 'SIGKILL'): boolean {
  if (findProcess(entry.pid)?.startedAt !== entry.startedAt) return false
  try {
    process.kill(entry.pid, name)
    return true
  } catch {
    return false
  }
}
