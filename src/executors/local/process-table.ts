import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'

import { isShortage } from '../../core/shortage.ts'

/**
 * A process in the process table. `startedAt` is the start time as the kernel prints it; it distinguishes two processes
 * with the same pid.
 */
export interface ProcessEntry {
  readonly pid: number
  readonly ppid: number
  readonly group: number
  readonly session: number
  readonly startedAt: string
  readonly isZombie: boolean
}

/**
 * Identifies a process for later, when the kernel may have given its pid to another process. `boot` is the boot in
 * which the process started (`bootId`).
 */
export interface Identity {
  readonly pid: number
  readonly startedAt: string
  readonly boot: string
}

const HAS_PROC = existsSync('/proc/self/stat')

/** Returns an id of the current boot of this machine. */
export function bootId(): string {
  if (HAS_PROC) return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return execFileSync('sysctl', ['-n', 'kern.boottime'], { encoding: 'utf8' }).replace(/\D/g, '')
}

/** Returns the process with this pid; undefined when there is none. Throws if file descriptors or memory run out. */
export function findProcess(pid: number): ProcessEntry | undefined {
  if (!HAS_PROC) return listProcesses().find((entry) => entry.pid === pid)
  try {
    return parseStat(pid, readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    if (isShortage(error)) throw error
    return undefined
  }
}

/** Returns all processes of this machine, zombies included. Throws if file descriptors or memory run out. */
export function listProcesses(): ProcessEntry[] {
  if (!HAS_PROC) return listWithPs()
  return readdirSync('/proc').flatMap((name) => {
    const entry = /^\d+$/.test(name) ? findProcess(Number(name)) : undefined
    return entry ?? []
  })
}

/**
 * Whether exactly this process still runs. False for a zombie and for a process of another boot. `boot` is the id of
 * the current boot.
 */
export function isAlive(identity: Identity, boot: string): boolean {
  const entry = findProcess(identity.pid)
  return identity.boot === boot && entry !== undefined && !entry.isZombie && entry.startedAt === identity.startedAt
}

/** Unit of start times in `/proc`: Linux counts them in hundredths of a second since the boot. */
const TICKS_PER_S = 100

/**
 * Returns the age of a process in milliseconds by the kernel's clock, which does not change when the system time is
 * set. Returns undefined on a system without `/proc`.
 */
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

/** Returns the command and arguments of a process, one string each; an empty list if they cannot be read. */
export function readArguments(pid: number): string[] {
  try {
    return HAS_PROC ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0') : []
  } catch (error) {
    if (isShortage(error)) throw error
    return []
  }
}

/**
 * Two signs of the processes of an attempt: a variable of their process environment as `NAME=value`, and the file that
 * they print to.
 */
export interface Trace {
  readonly variable: string
  /** Identity of the file (see `fileId`); undefined where the file was removed. */
  readonly output: string | undefined
}

/**
 * Returns the device and inode number of the file at `path`, which stay the same when the file is renamed; undefined if
 * there is no file. Throws if file descriptors run out.
 */
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
 * Returns all running processes of an attempt except its supervisor: the processes in the supervisor's session and
 * group, their descendants, and all processes with a trace of the attempt. Traces find processes that left the session.
 * If `supervisor` is undefined, only traces are used, and the supervisor is among the results.
 *
 * The session and the group are used only if they certainly belong to the supervisor: the supervisor still runs, or a
 * process in them has a trace. While a session has a process, the kernel does not give its number to another one.
 * Otherwise both numbers may belong to another program by now.
 */
export function membersOf(supervisor: Identity | undefined, trace: Trace): ProcessEntry[] {
  const supervisorPid = supervisor?.pid
  const entries = listProcesses().filter((entry) => !entry.isZombie)

  const found = new Map<number, ProcessEntry>()
  const isInSessionOrGroup = (entry: ProcessEntry): boolean =>
    entry.session === supervisorPid || entry.group === supervisorPid

  const isSessionCertain =
    !HAS_PROC ||
    entries.some((entry) =>
      entry.pid === supervisorPid
        ? entry.startedAt === supervisor?.startedAt
        : isInSessionOrGroup(entry) && hasTrace(entry.pid, trace),
    )

  const isMember = (entry: ProcessEntry): boolean =>
    (isSessionCertain && (isInSessionOrGroup(entry) || entry.ppid === supervisorPid)) ||
    found.has(entry.ppid) ||
    hasTrace(entry.pid, trace)

  // The loop is repeated until nothing new is found, because a process may be listed before its parent.
  for (let before = -1; before !== found.size;) {
    before = found.size
    for (const entry of entries)
      if (entry.pid !== supervisorPid && entry.pid !== process.pid && !found.has(entry.pid) && isMember(entry))
        found.set(entry.pid, entry)
  }

  return [...found.values()]
}

/**
 * Returns the traces of all running processes in one set: the values of the variable `name` as `NAME=value`, and the
 * identities of the files that they print to. One pass over the process table serves many attempts.
 */
export function tracesInUse(name: string): Set<string> {
  const traces = new Set<string | undefined>()
  for (const { pid, isZombie } of listProcesses())
    if (!isZombie) for (const trace of [`${name}=${readVariable(pid, name)}`, ...outputsOf(pid)]) traces.add(trace)
  traces.delete(undefined)
  return traces as Set<string>
}

/** Whether a running process has one of the two signs of a trace. `traces` is the result of `tracesInUse`. */
export function isInUse(traces: ReadonlySet<string>, { variable, output }: Trace): boolean {
  return traces.has(variable) || (output !== undefined && traces.has(output))
}

/**
 * Whether a process has one of the two signs of a trace. A daemon that replaced its process environment may still print
 * to the same file.
 */
function hasTrace(pid: number, { variable, output }: Trace): boolean {
  const [name, value] = variable.split('=') as [string, string]
  return readVariable(pid, name) === value || (output !== undefined && outputsOf(pid).includes(output))
}

/**
 * Returns the identities (`fileId`) of the files that standard output and standard error of a process go to; an empty
 * list on a system without `/proc`.
 */
function outputsOf(pid: number): (string | undefined)[] {
  return HAS_PROC ? [1, 2].map((descriptor) => fileId(`/proc/${pid}/fd/${descriptor}`)) : []
}

function readVariable(pid: number, name: string): string | undefined {
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

/**
 * Sends a signal to a process, but not to another process that has received its pid. Returns false if the process has
 * ended or cannot be signalled.
 */
export function signal(entry: ProcessEntry, name: 'SIGTERM' | 'SIGKILL'): boolean {
  if (findProcess(entry.pid)?.startedAt !== entry.startedAt) return false
  try {
    process.kill(entry.pid, name)
    return true
  } catch {
    return false
  }
}
