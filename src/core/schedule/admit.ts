import type { Waiting } from '../../contract/run.ts'
import { LIMITS } from '../../contract/limits.ts'
import type { Capacity, Storage, SweepLimit } from '../ports.ts'
import type { ActiveRun, QueuedRun } from '../records.ts'

export interface AdmitInput {
  /** In the order in which they may start. */
  readonly queued: readonly QueuedRun[]
  readonly active: readonly ActiveRun[]
  /** By sweep id. */
  readonly sweepLimits: ReadonlyMap<string, SweepLimit>
  readonly capacity: Capacity
  readonly storage: ReturnType<Storage['state']>
  readonly now: number
}

export interface Admission {
  readonly admitted: readonly { readonly run: QueuedRun; readonly devices: readonly string[] }[]
  /** Why each of the others does not start. */
  readonly waiting: readonly { readonly run: QueuedRun; readonly why: Waiting }[]
  /** Runs that no machine here can ever hold and that would rather fail than wait. */
  readonly impossible: readonly { readonly run: QueuedRun; readonly why: Waiting }[]
  /** When the next run that backs off may start. */
  readonly nextAt: number | null
}

/**
 * Who starts now. First come, first served, except that a run that must wait does not hold up those behind it. Only
 * resources that a run asks for are counted, so a sweep of ten without requests means ten; devices go to one run each.
 */
export function admit({ queued, active, sweepLimits, capacity, storage, now }: AdmitInput): Admission {
  const room = new Room(capacity, active)
  const admitted: { run: QueuedRun; devices: readonly string[] }[] = []
  const waiting: { run: QueuedRun; why: Waiting }[] = []
  const impossible: { run: QueuedRun; why: Waiting }[] = []
  let nextAt: number | null = null
  for (const run of queued) {
    const missing = room.missing(run)
    if (missing) {
      ;(run.placement.unschedulable === 'fail' ? impossible : waiting).push({ run, why: missing })
    } else if (storage.level !== 'ok') {
      waiting.push({ run, why: { code: 'disk_low', args: { floorMib: storage.floorMib } } })
    } else if (run.notBefore !== null && isAhead(run.notBefore, now)) {
      nextAt = Math.min(nextAt ?? Infinity, run.notBefore)
      waiting.push({ run, why: { code: 'backing_off', args: {} } })
    } else {
      const why = room.busy(run, sweepLimits)
      if (why) waiting.push({ run, why })
      else admitted.push({ run, devices: room.take(run) })
    }
  }
  return { admitted, waiting, impossible, nextAt }
}

/** A wait longer than any back-off means that the clock was set back: it is over. */
function isAhead(notBefore: number, now: number): boolean {
  return notBefore > now && notBefore - now <= LIMITS.retryMaxMs * 1.5
}

type Amount = 'cpu' | 'memory' | 'gpu' | 'tpu'

/** What is free while runs are being placed. */
class Room {
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

  /** What the machine will never have enough of for this run. */
  missing(run: QueuedRun): Waiting | undefined {
    const short = amountsOf(run).find(([name, asked]) => asked > this.#has[name])
    return short && { code: 'resource_missing', args: { name: short[0], asked: short[1], has: this.#has[short[0]] } }
  }

  /** What keeps the run from starting just now. */
  busy(run: QueuedRun, sweepLimits: ReadonlyMap<string, SweepLimit>): Waiting | undefined {
    const sweep = run.sweepId === null ? undefined : sweepLimits.get(run.sweepId)
    if (sweep?.isPaused) return { code: 'sweep_paused', args: {} }
    if (sweep && (this.#perSweep.get(run.sweepId!) ?? 0) >= sweep.concurrency)
      return { code: 'sweep_concurrency', args: { limit: sweep.concurrency } }
    if (this.#runs >= this.#capacity.runsMax)
      return { code: 'machine_concurrency', args: { limit: this.#capacity.runsMax } }
    const short = amountsOf(run).find(([name, asked]) => asked > this.#free(name))
    return short && { code: 'resource_busy', args: { name: short[0], asked: short[1], free: this.#free(short[0]) } }
  }

  take(run: QueuedRun): string[] {
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
