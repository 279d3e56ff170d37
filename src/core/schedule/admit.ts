import type { Waiting } from '../../contract/run.ts'
import { LIMITS } from '../../contract/limits.ts'
import type { Capacity } from '../ports/executor.ts'
import type { Storage } from '../ports/storage.ts'
import type { SweepLimit } from '../ports/sweep-store.ts'
import type { ActiveRun, QueuedRun } from '../records/run.ts'

/** The input of `admit`: the queue, the runs on the machine, and the limits. */
export interface AdmitInput {
  /** Queued runs, first in the queue first. */
  readonly queued: readonly QueuedRun[]
  readonly active: readonly ActiveRun[]
  /** Limits on the start of trials, by sweep id. */
  readonly sweepLimits: ReadonlyMap<string, SweepLimit>
  readonly capacity: Capacity
  readonly storage: ReturnType<Storage['getState']>
  readonly now: number
}

/** The result of `admit`. */
export interface Admission {
  /** Runs that start now, with the GPUs that they get. */
  readonly admitted: readonly { readonly run: QueuedRun; readonly devices: readonly string[] }[]
  /** Runs that do not start now, with the reason. */
  readonly waiting: readonly { readonly run: QueuedRun; readonly why: Waiting }[]
  /**
   * Runs that request more than the whole machine has, and whose document requests that they then fail instead of
   * waiting.
   */
  readonly impossible: readonly { readonly run: QueuedRun; readonly why: Waiting }[]
  /** Earliest `notBefore` among the runs that wait after a failed attempt; null where none does. */
  readonly nextAt: number | null
}

/**
 * Decides which queued runs start now. Earlier runs are considered first, but a run that cannot start does not delay
 * those behind it. Only requested resources are counted: a sweep with concurrency 10 whose trials request none runs ten
 * trials. Each GPU is given to one run.
 */
export function admit({ queued, active, sweepLimits, capacity, storage, now }: AdmitInput): Admission {
  const room = new FreeCapacity(capacity, active)
  const admitted: { run: QueuedRun; devices: readonly string[] }[] = []
  const waiting: { run: QueuedRun; why: Waiting }[] = []
  const impossible: { run: QueuedRun; why: Waiting }[] = []
  let nextAt: number | null = null

  for (const run of queued) {
    const missing = room.findMissing(run)
    if (missing) {
      ;(run.placement.unschedulable === 'fail' ? impossible : waiting).push({ run, why: missing })
    } else if (storage.level !== 'ok') {
      waiting.push({ run, why: { code: 'disk_low', args: { floorMib: storage.floorMib } } })
    } else if (run.notBefore !== null && isBackingOff(run.notBefore, now)) {
      nextAt = Math.min(nextAt ?? Infinity, run.notBefore)
      waiting.push({ run, why: { code: 'backing_off', args: {} } })
    } else {
      const why = room.findBlocker(run, sweepLimits)
      if (why) waiting.push({ run, why })
      else admitted.push({ run, devices: room.reserve(run) })
    }
  }

  return { admitted, waiting, impossible, nextAt }
}

/**
 * Whether the wait until `notBefore` has not passed yet. A wait that is longer than any wait before a retry means that
 * the clock was set back; it counts as passed.
 */
function isBackingOff(notBefore: number, now: number): boolean {
  return notBefore > now && notBefore - now <= LIMITS.retryMaxMs * 1.5
}

type Amount = 'cpu' | 'memory' | 'gpu' | 'tpu'

/** The capacity of the machine that is still free while `admit` goes through the queue. */
class FreeCapacity {
  readonly #capacity: Capacity
  readonly #has: Readonly<Record<Amount, number>>
  readonly #used: Record<Amount, number> = { cpu: 0, memory: 0, gpu: 0, tpu: 0 }
  readonly #freeDevices: Set<string>
  readonly #perSweep = new Map<string, number>()
  #runs = 0

  constructor(capacity: Capacity, active: readonly ActiveRun[]) {
    this.#capacity = capacity
    this.#has = { cpu: capacity.cpu, memory: capacity.memoryMib, gpu: capacity.devices.length, tpu: 0 }
    this.#freeDevices = new Set(capacity.devices)
    for (const run of active) {
      this.#count(run)
      for (const device of run.devices) this.#freeDevices.delete(device)
    }
  }

  /**
   * Returns the first resource of which the run requests more than the whole machine has; undefined if there is none.
   */
  findMissing(run: QueuedRun): Waiting | undefined {
    const short = amountsOf(run).find(([name, asked]) => asked > this.#has[name])
    return short && { code: 'resource_missing', args: { name: short[0], asked: short[1], has: this.#has[short[0]] } }
  }

  /**
   * Returns why the run cannot start now: its sweep is paused, a limit on the number of runs is reached, or a resource
   * is in use. Undefined if it can start.
   */
  findBlocker(run: QueuedRun, sweepLimits: ReadonlyMap<string, SweepLimit>): Waiting | undefined {
    const sweep = run.sweepId === null ? undefined : sweepLimits.get(run.sweepId)
    if (sweep?.isPaused) return { code: 'sweep_paused', args: {} }
    if (sweep && (this.#perSweep.get(run.sweepId!) ?? 0) >= sweep.concurrency)
      return { code: 'sweep_concurrency', args: { limit: sweep.concurrency } }
    if (this.#runs >= this.#capacity.runsMax)
      return { code: 'machine_concurrency', args: { limit: this.#capacity.runsMax } }
    const short = amountsOf(run).find(([name, asked]) => asked > this.#free(name))
    return short && { code: 'resource_busy', args: { name: short[0], asked: short[1], free: this.#free(short[0]) } }
  }

  /** Counts a run as started, and returns the GPUs that it gets. */
  reserve(run: QueuedRun): string[] {
    this.#count(run)
    const devices = [...this.#freeDevices].slice(0, Math.ceil(run.placement.resources.gpu ?? 0))
    for (const device of devices) this.#freeDevices.delete(device)
    return devices
  }

  #count(run: Pick<QueuedRun, 'sweepId' | 'placement'>): void {
    this.#runs += 1
    if (run.sweepId !== null) this.#perSweep.set(run.sweepId, (this.#perSweep.get(run.sweepId) ?? 0) + 1)
    for (const [name, asked] of amountsOf(run)) this.#used[name] += asked
  }

  #free(name: Amount): number {
    return name === 'gpu' ? this.#freeDevices.size : this.#has[name] - this.#used[name]
  }
}

function amountsOf({ placement: { resources } }: Pick<QueuedRun, 'placement'>): [Amount, number][] {
  const asked: [Amount, number][] = [
    ['cpu', resources.cpu ?? 0],
    ['memory', resources.memoryMib ?? 0],
    ['gpu', Math.ceil(resources.gpu ?? 0)],
    ['tpu', resources.tpu ?? 0],
  ]
  return asked.filter(([, amount]) => amount > 0)
}
