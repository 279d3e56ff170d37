import { toPlain } from '../../src/contract/values.ts'
import type { Result, Suggestion } from '../../src/core/search/history.ts'
import type { Method } from '../../src/core/search/methods/method.ts'
import { createMethod } from '../../src/core/search/methods/registry.ts'
import { promotionsDue } from '../../src/core/search/halving/rungs.ts'
import type { RungResult } from '../../src/core/search/halving/rungs.ts'
import { toSpace } from '../../src/core/search/library.ts'
import { CURVE_ETA, CURVE_RUNGS, CURVE_TABLE } from './halving.ts'
import type { CurveJob, CurvePolicy } from './halving.ts'
import { loadCurves } from './tables.ts'

const HALVING = {
  resource: 'epochs',
  isWhole: true,
  max: 27,
  min: 1,
  eta: CURVE_ETA,
  form: 'promotion',
  resumes: true,
} as const

/**
 * Hagane's ASHA in the promotion form, as a policy for `simulateCurves`. `chooser` selects how configurations are
 * chosen: by the method `auto` or at random.
 */
export class OwnAsha implements CurvePolicy {
  readonly #method: Method
  readonly #trials: Suggestion[] = []
  readonly #results: Result[] = []
  readonly #byRung: RungResult[][] = CURVE_RUNGS.map(() => [])
  /** Index of the highest rung to which a trial was trained or is being trained, by trial. */
  readonly #rungs: number[] = []

  constructor(seed: number, chooser: 'auto' | 'random') {
    const method = { name: 'asha', trialsMax: null, halving: { ...HALVING, chooser } } as const
    this.#method = createMethod({
      space: toSpace(loadCurves(CURVE_TABLE).space),
      constraints: [],
      method,
      concurrency: 10,
      seed,
      earlier: [],
    })
  }

  takeJob(): CurveJob | undefined {
    const [due] = promotionsDue(this.#byRung, CURVE_ETA, (trial, rung) => this.#rungs[trial] === rung)
    if (due) {
      this.#rungs[due.trial] = due.rung
      return this.#job(due.trial, CURVE_RUNGS[due.rung - 1]!, CURVE_RUNGS[due.rung]!)
    }

    const [made] = this.#method.suggest({ trials: this.#trials, results: this.#results }, 1)
    if (!made) return undefined

    this.#rungs.push(0)
    return this.#job(this.#trials.push(made) - 1, 0, CURVE_RUNGS[0]!)
  }

  report(trial: number, level: number, value: number): boolean {
    const rung = CURVE_RUNGS.indexOf(level)
    if (rung >= 0) {
      this.#byRung[rung]!.push({ trial, value })
      this.#results.push({ index: trial, value, rung })
    }
    return true
  }

  #job(trial: number, from: number, to: number): CurveJob {
    return { trial, params: toPlain(this.#trials[trial]!.point) as CurveJob['params'], from, to }
  }
}
