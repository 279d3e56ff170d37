import { CURVE_ETA, CURVE_LEVEL_MAX, CURVE_RUNGS, CURVE_TABLE } from './halving.ts'
import type { CurveJob, CurvePolicy } from './halving.ts'
import type { PortableRng } from './portable-rng.ts'
import { curves } from './tables.ts'

/** Plain ASHA on random configurations, promotion form: what the simulation is checked with, and a rival. */
export class Asha implements CurvePolicy {
  readonly #rng: PortableRng
  readonly #table = curves(CURVE_TABLE)
  readonly #configs: number[] = []
  readonly #rungs = CURVE_RUNGS.map((level) => ({ level, results: [] as Result[], promoted: new Set<number>() }))

  constructor(rng: PortableRng) {
    this.#rng = rng
  }

  next(): CurveJob {
    return this.#promote() ?? this.#draw()
  }

  report(trial: number, level: number, value: number): boolean {
    const rung = this.#rungs.find((rung) => rung.level === level)
    rung?.results.splice(placeIn(rung.results, { trial, value }), 0, { trial, value })
    return true
  }

  /** From the highest rung that has one to promote. */
  #promote(): CurveJob | undefined {
    for (const { level, results, promoted } of this.#rungs.slice(0, -1).toReversed()) {
      const best = results.slice(0, Math.floor(results.length / CURVE_ETA)).find(({ trial }) => !promoted.has(trial))
      if (!best) continue
      promoted.add(best.trial)
      return this.#job(best.trial, level, level * CURVE_ETA)
    }
    return undefined
  }

  #draw(): CurveJob {
    const trial = this.#configs.push(Math.floor(this.#rng.u() * this.#table.configCount)) - 1
    return this.#job(trial, 0, 1)
  }

  #job(trial: number, from: number, to: number): CurveJob {
    return { trial, params: this.#table.paramsOf(this.#configs[trial]!), from, to }
  }
}

/** ASHA's stopping form: each trial is on its way to the end, until it is not in the best share at a rung. */
export class StoppingAsha implements CurvePolicy {
  readonly #rng: PortableRng
  readonly #table = curves(CURVE_TABLE)
  readonly #rungs = new Map(CURVE_RUNGS.slice(0, -1).map((level) => [level, [] as Result[]]))
  #trials = 0

  constructor(rng: PortableRng) {
    this.#rng = rng
  }

  next(): CurveJob {
    const params = this.#table.paramsOf(Math.floor(this.#rng.u() * this.#table.configCount))
    return { trial: this.#trials++, params, from: 0, to: CURVE_LEVEL_MAX }
  }

  report(trial: number, level: number, value: number): boolean {
    const results = this.#rungs.get(level)
    if (!results) return true
    results.splice(placeIn(results, { trial, value }), 0, { trial, value })
    return value <= results[Math.max(Math.floor(results.length / CURVE_ETA), 1) - 1]!.value
  }
}

interface Result {
  readonly trial: number
  readonly value: number
}

/** Where a result belongs among sorted ones: by value, then by trial. */
function placeIn(results: readonly Result[], { trial, value }: Result): number {
  let [low, high] = [0, results.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const other = results[middle]!
    if (other.value < value || (other.value === value && other.trial < trial)) low = middle + 1
    else high = middle
  }
  return low
}
