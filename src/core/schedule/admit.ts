import type { Waiting } from '../../contract/run.ts'
import { LIMITS } from '../../contract/limits.ts'
import type { Capacity } from '../ports/executor.ts'
import type { Storage } from '../ports/storage.ts'
import type { SweepLimit } from '../ports/sweep-store.ts'
import type { ActiveRun, QueuedRun } from '../records/run.ts'

/** State of the queue and of the machine. */
export interface AdmitInput {
  /** In the order in which they may start. */
  readonly queued: readonly QueuedRun[]
  readonly active: readonly ActiveRun[]
  /** Limits by sweep id. */
  readonly sweepLimits: ReadonlyMap<string, SweepLimit>
  readonly capacity: Capacity
  readonly storage: ReturnType<Storage['getState']>
  readonly now: number
}

/** Result of an admission pass over the queue. */
export interface Admission {
  /** Runs that start, with the devices that they get. */
  readonly admitted: readonly { readonly run: QueuedRun; readonly devices: readonly string[] }[]
  /** Runs that do not start now, with the reason. */
  readonly waiting: readonly { readonly run: QueuedRun; readonly why: Waiting }[]
  /** Runs that ask for more than the machine has, and whose document says to fail rather than to wait. */
  readonly impossible: readonly { readonly run: QueuedRun; readonly why: Waiting }[]
  /** Earliest time at which a run that backs off after a failure may start; null where none backs off. */
  readonly nextAt: number | null
}

/**
 * Decides which runs start now. First come, first served, but a run that must wait does not hold up the runs behind it.
 * Only resources that runs ask for are counted, so a sweep with concurrency 10 and no requests runs ten trials. Each
 * device is given to one run.
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
 * Whether a back-off has not passed yet. A wait longer than any back-off means that the clock was set back; it counts
 * as passed.
 */
function isBackingOff(notBefore: number, now: number): boolean {
  return notBefore > now && notBefore - now <= LIMITS.retryMaxMs * 1.5
}

type Amount = 'cpu' | 'memory' | 'gpu' | 'tpu'

/** The free capacity of the machine while runs are being placed. */
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

  /** Returns the first resource of which the run asks for more than the machine has in all. */
  findMissing(run: QueuedRun): Waiting | undefined {
    const short = amountsOf(run).find(([name, asked]) => asked > this.#has[name])
    return short && { code: 'resource_missing', args: { name: short[0], asked: short[1], has: this.#has[short[0]] } }
  }

  /** Returns the reason why the run cannot start just now. */
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

  /** Reserves the resources of a run and returns its devices. */
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
