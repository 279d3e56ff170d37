import { createSearch } from '../../src/core/search/library.ts'
import type { Parameter, Search } from '../../src/core/search/library.ts'
import { nextPromotion } from '../../src/core/search/rungs.ts'
import type { RungResult } from '../../src/core/search/rungs.ts'
import { CURVE_ETA, CURVE_RUNGS, CURVE_TABLE } from './halving.ts'
import type { CurveJob, CurvePolicy } from './halving.ts'
import { curves } from './tables.ts'

/** Our own ASHA, promotion form, on configurations drawn as the platform draws them by default. */
export class OwnAsha implements CurvePolicy {
  readonly #search: Search
  readonly #params: CurveJob['params'][] = []
  readonly #results: RungResult[][] = CURVE_RUNGS.map(() => [])
  /** The rung a trial is on its way to, or has reached. */
  readonly #rungs: number[] = []

  constructor(seed: number) {
    this.#search = createSearch({ space: curves(CURVE_TABLE).space as readonly Parameter[], seed, method: 'random' })
  }

  next(): CurveJob | undefined {
    const due = nextPromotion(this.#results, CURVE_ETA, (trial, rung) => this.#rungs[trial] !== rung)
    if (due) {
      this.#rungs[due.trial] = due.rung
      return { trial: due.trial, params: this.#params[due.trial]!, from: CURVE_RUNGS[due.rung - 1]!, to: CURVE_RUNGS[due.rung]! }
    }
    const [trial] = this.#search.ask()
    if (!trial) return undefined
    this.#params[trial.id] = trial.params as CurveJob['params']
    this.#rungs[trial.id] = 0
    return { trial: trial.id, params: this.#params[trial.id]!, from: 0, to: CURVE_RUNGS[0]! }
  }

  report(trial: number, level: number, value: number): boolean {
    const rung = CURVE_RUNGS.indexOf(level)
    if (rung >= 0) this.#results[rung]!.push({ trial, value })
    return true
  }
}
