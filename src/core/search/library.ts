import { METHOD_NAMES } from '../../contract/plan.ts'
import type { MethodName } from '../../contract/plan.ts'
import { detailText } from '../../contract/messages/messages.ts'
import type { Axis, SearchSpace } from '../../contract/search-space.ts'
import { encodeValue, toPlain } from '../../contract/values.ts'
import type { Value } from '../../contract/values.ts'
import { isTrue } from '../language/template.ts'
import { findUnknownName } from './constraints.ts'
import type { EarlierTrial, Result, Suggestion } from './history.ts'
import type { AutoChoice } from './methods/auto.ts'
import { findAutoChoice, createMethod } from './methods/registry.ts'
import type { SearchTask } from './methods/method.ts'

/** A value of a parameter, as in JSON. */
export type Plain = null | boolean | number | string | Plain[] | { [name: string]: Plain }

/** The condition of a parameter: it exists only where the parameter `name` has one of the values in `in`. */
export interface When {
  readonly name: string
  readonly in: readonly Plain[]
}

/**
 * A parameter of the space. Values of a `float` or `int` lie between `low` and `high`, both included. With `log` they
 * are spread evenly over the logarithm, and `low` must be above 0. The value of a `cat` is one of `values`; if these
 * are three or more numbers, they count as ordered.
 */
export type Parameter =
  | {
      readonly name: string
      readonly type: 'float' | 'int'
      readonly low: number
      readonly high: number
      readonly log?: boolean
      readonly when?: When
    }
  | { readonly name: string; readonly type: 'cat'; readonly values: readonly Plain[]; readonly when?: When }

/** Options of `createSearch`. */
export interface SearchOptions {
  readonly space: readonly Parameter[]
  /**
   * Seed of the random numbers, default 0. The same seed and the same results in the same order give the same
   * suggestions.
   */
  readonly seed?: number
  /**
   * Total number of trials (budget), to which the search adapts. `ask` returns no more trials than this. Default:
   * unlimited.
   */
  readonly trials?: number
  /** Number of trials that run at once. Default 1. */
  readonly concurrency?: number
  /**
   * Search method, default `auto`. `hyperband` and `asha` are not available, because they need intermediate values of
   * trials.
   */
  readonly method?: Exclude<MethodName, 'hyperband' | 'asha'>
  /** Whether a smaller (`minimize`, the default) or a larger value is better. */
  readonly direction?: 'minimize' | 'maximize'
  /** Expressions over parameters, such as `layers * width <= 4096`. All of them must hold. */
  readonly constraints?: readonly string[]
  /** Finished trials of an earlier search over the same parameters, used as data from the start. */
  readonly earlier?: readonly { readonly params: Readonly<Record<string, Plain>>; readonly value: number }[]
}

/** A trial to run. */
export interface Trial {
  /** Number of the trial, from 0. */
  readonly id: number
  /** Values of the parameters. Parameters whose condition does not hold are left out. */
  readonly params: Readonly<Record<string, Plain>>
  /** How the point was chosen. */
  readonly source: Suggestion['source']
}

/** The outcome of a trial. A `value` that is NaN, infinite or null (into which JSON turns both) counts as a failure. */
export type Outcome = { readonly id: number; readonly value: number } | { readonly id: number; readonly failed: true }

/** A search with the ask-and-tell interface. Trials returned by `ask` count as running until they have an outcome. */
export interface Search {
  /** The method that `auto` chose, and why; undefined for every other method. */
  readonly choice: AutoChoice | undefined
  /**
   * Returns the next trials, at most `count` (default 1). Returns fewer if no further point can be found or all
   * `SearchOptions.trials` have been returned. Throws RangeError unless `count` is a whole number of 0 or more.
   */
  ask(count?: number): Trial[]
  /**
   * Records outcomes. A second outcome of a trial replaces the first. Throws RangeError, and records nothing, if an id
   * was not returned by `ask` or an outcome is neither a value nor a failure.
   */
  tell(outcomes: readonly Outcome[]): void
  /** The finished trial with the best value so far; undefined if there is none. */
  readonly best: { readonly trial: Trial; readonly value: number } | undefined
}

/** Creates a search. Throws RangeError for an invalid space, method or other option; its message names the option. */
export function createSearch(options: SearchOptions): Search {
  const {
    trials: trialsMax = null,
    method = 'auto',
    direction = 'minimize',
    seed = 0,
    concurrency = 1,
    constraints = [],
  } = options

  const sign = direction === 'maximize' ? -1 : 1
  if (trialsMax !== null) checkCount('trials', trialsMax, 1)
  checkCount('concurrency', concurrency, 1)
  checkCount('seed', seed, 0)
  if (direction !== 'minimize' && direction !== 'maximize')
    throw new RangeError(`direction is minimize or maximize, not ${String(direction)}`)

  const space = toSpace(options.space)
  constraints.forEach((constraint) => checkConstraint(constraint, space))

  const task: SearchTask = {
    space,
    constraints,
    method: { name: checkMethod(method), trialsMax },
    concurrency,
    seed,
    earlier: (options.earlier ?? []).map(({ params, value }): EarlierTrial => ({
      point: { ...params } as EarlierTrial['point'],
      value: sign * value,
    })),
  }

  const engine = createMethod(task)
  const asked: Suggestion[] = []
  const results: Result[] = []
  const values = new Map<number, number | undefined>()
  const toTrial = ({ point, source }: Suggestion, id: number): Trial => ({
    id,
    params: toPlain(point) as Trial['params'],
    source,
  })

  return {
    choice: findAutoChoice(task),
    get best() {
      let best: { id: number; value: number } | undefined
      for (const [id, value] of values)
        if (value !== undefined && (!best || sign * value < sign * best.value)) best = { id, value }
      return best && { trial: toTrial(asked[best.id]!, best.id), value: best.value }
    },
    ask: (count = 1) => {
      checkCount('count', count, 0)
      const first = asked.length
      const made = engine.suggest({ trials: asked, results }, count)
      asked.push(...made)
      return made.map((suggestion, offset) => toTrial(suggestion, first + offset))
    },
    tell: (outcomes) => {
      const wrong = outcomes.find(({ id }) => !(Number.isSafeInteger(id) && id >= 0 && id < asked.length))
      if (wrong) throw new RangeError(`there is no trial ${wrong.id}: ids are the numbers that ask gave`)
      const empty = outcomes.find((outcome) => hasNoOutcome(outcome))
      if (empty) throw new RangeError(`trial ${empty.id} has neither a value nor failed: true`)

      for (const outcome of outcomes) {
        const value = valueOf(outcome)
        results.push({ index: outcome.id, value: value === undefined ? undefined : sign * value })
        values.set(outcome.id, value)
      }
    },
  }
}

/** Whether an outcome has neither a number or null as `value`, nor `failed: true`. */
function hasNoOutcome(outcome: Outcome): boolean {
  const { value, failed } = outcome as { value?: unknown; failed?: unknown }
  return failed !== true && value !== null && typeof value !== 'number'
}

/**
 * Returns the value of an outcome; undefined if the trial failed. An outcome with both `value` and `failed: true`, as
 * callers in other languages may send, is a failure.
 */
function valueOf(outcome: Outcome): number | undefined {
  const { value, failed } = outcome as { value?: unknown; failed?: unknown }
  return failed !== true && typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function checkCount(name: string, value: number, min: number): void {
  if (!Number.isSafeInteger(value) || value < min)
    throw new RangeError(`${name} is a whole number from ${min} on, not ${value}`)
}

function checkConstraint(constraint: string, space: SearchSpace): void {
  try {
    isTrue(constraint, {})
  } catch (error) {
    throw new RangeError(`the constraint ${constraint} cannot be read: ${(error as Error).message}`)
  }
  const unknownName = findUnknownName(constraint, space)
  if (unknownName) throw new RangeError(`the constraint ${constraint}: ${detailText('en', unknownName)}`)
}

function checkMethod(name: string): MethodName {
  const found = METHOD_NAMES.find((candidate) => candidate === name)
  if (!found || found === 'hyperband' || found === 'asha')
    throw new RangeError(`there is no method ${name} here: use one of ${METHOD_NAMES.slice(0, -2).join(', ')}`)
  return found
}

/** Converts the parameters of the library to a search space. Throws RangeError for invalid parameters. */
export function toSpace(parameters: readonly Parameter[]): SearchSpace {
  if (!Array.isArray(parameters) || parameters.length === 0) throw new RangeError('the space has no parameter')
  const names = new Set<string>()
  const space = parameters.map((parameter): Axis => {
    if (typeof parameter.name !== 'string') throw new RangeError('a parameter has no name')
    if (names.has(parameter.name)) throw new RangeError(`the parameter ${parameter.name} is there twice`)
    names.add(parameter.name)
    return { ...toAxis(parameter), ...(parameter.when && { when: parameter.when }) }
  })

  space.forEach((axis) => checkCondition(space, axis))
  return space
}

/** Throws RangeError if a condition names a parameter that does not exist, or if conditions form a cycle. */
function checkCondition(space: SearchSpace, axis: Axis): void {
  const seen = new Set([axis.name])
  for (
    let parent = axis.when?.name;
    parent !== undefined;
    parent = space.find(({ name }) => name === parent)?.when?.name
  ) {
    const isKnown = space.some(({ name }) => name === parent)
    if (!isKnown || seen.has(parent))
      throw new RangeError(`when of ${axis.name} must name another parameter, and no circle: ${parent}`)
    seen.add(parent)
  }
}

function toAxis(parameter: Parameter): Axis {
  const { name } = parameter
  if (parameter.type === 'cat') {
    if (!Array.isArray(parameter.values) || parameter.values.length === 0) throw new RangeError(`${name} has no values`)
    const distinct = new Map(parameter.values.map((value) => [encodeValue(value), value as Value]))
    return { name, kind: 'values', values: [...distinct.values()] }
  }

  const { type, low, high, log = false } = parameter
  if (type !== 'float' && type !== 'int')
    throw new RangeError(`${name} has the type ${String(type)}: use float, int or cat`)
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high))
    throw new RangeError(`${name} needs bounds with low <= high, not ${low} and ${high}`)
  if (!Number.isFinite(high - low)) throw new RangeError(`${name} is wider than numbers go: ${low} to ${high}`)
  if (log && !(low > 0)) throw new RangeError(`${name} is logarithmic: its low must be above 0, not ${low}`)

  if (low === high) return { name, kind: 'values', values: [low] }
  if (type === 'float') return { name, kind: log ? 'log' : 'uniform', low, high }
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high))
    throw new RangeError(`${name} needs whole bounds, not ${low} and ${high}`)
  if (!Number.isSafeInteger(high - low))
    throw new RangeError(`${name} has more values than can be counted: ${low} to ${high}`)
  return { name, kind: log ? 'logint' : 'int', low, high }
}
