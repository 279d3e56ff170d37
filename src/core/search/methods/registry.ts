import type { MethodPlan } from '../../../contract/plan.ts'
import type { ValueMap } from '../../../contract/values.ts'
import { chooseMethod } from './auto.ts'
import type { AutoChoice } from './auto.ts'
import { createRungDensity, createDensity, createDraws, createEvolution, createSobol } from './choosers.ts'
import { createCodec } from '../codec.ts'
import type { Codec } from '../codec.ts'
import { createConstraintCheck } from '../constraints.ts'
import type { OnEvaluate } from '../constraints.ts'
import { GAUSSIAN_DEFAULTS } from '../gaussian-process/gaussian.ts'
import type { Chooser, ChooserOptions } from '../gaussian-process/gaussian.ts'
import { randomPoint } from './design.ts'
import { createGrid } from './grid.ts'
import type { GridOptions } from './grid.ts'
import type { History, Suggestion } from '../history.ts'
import { createEncodedHistory } from '../encoded-history.ts'
import { createConstraintRepair } from '../constraint-repair.ts'
import type { Method, SearchTask } from './method.ts'
import { createRandom } from './random.ts'
import { createRestarting } from './restarts.ts'
import { createStream } from '../numerics/rng.ts'
import { spaceSize } from '../space.ts'
import { MISSES_MAX } from './walk.ts'

/**
 * Number of finished trials above which `auto` uses its model for every second trial only. The time for a suggestion of
 * the other method hardly grows with the number of trials.
 */
const SHARED_FROM = 500

/**
 * Called with the error of a model that could not be computed, and the index of the trial for which another method then
 * chooses the point.
 */
export type OnBreakdown = (error: unknown, index: number) => void

/**
 * The error of a search for points that has reached a limit of `SearchLimits`. `tries` is the number of points checked
 * until then.
 */
class LimitsReachedError extends Error {
  readonly tries: number
  constructor(tries: number) {
    super()
    this.tries = tries
  }
}

/**
 * Limits of the effort to find points: `tries` is the number of points checked, `letters` the total length in
 * characters of the constraints evaluated.
 */
interface SearchLimits {
  readonly tries: number
  readonly letters: number
}

interface MethodOptions {
  readonly onBreakdown?: OnBreakdown
  /** Limits for all calls of the method together; absent: none. */
  readonly patience?: SearchLimits
}

/**
 * Creates the method of a task. `onBreakdown` is called whenever a model fails and another method chooses the point.
 * With `patience`, this function and `suggest` throw LimitsReachedError once its limits are reached.
 */
export function createMethod(task: SearchTask, { onBreakdown = () => {}, patience }: MethodOptions = {}): Method {
  const { space, constraints, seed } = task
  const { holds, spend } = createCountedConstraint(constraints, patience)
  const codec = createRepairingCodec(createCodec(space), task, { holds, spend })

  const settle = (point: ValueMap): ValueMap | undefined => {
    const isMoved = codec.isConditional || constraints.length > 0
    const settled = isMoved ? codec.decode(codec.normalise(codec.encode(point))) : point
    return holds(settled) ? settled : undefined
  }
  const keyOf = (point: ValueMap): string => codec.keyOf(codec.encode(point))

  const chosen = resolveMethod(task, codec)
  const { trialsMax } = chosen

  const createEnumerating = (
    create: (options: Pick<GridOptions, 'trialsMax' | 'settle' | 'mayLackCells'>) => Method,
  ): Method =>
    createSkippingGiven(keyOf, (given) =>
      create({
        trialsMax,
        mayLackCells: mayHaveInvalidCells(task) || given.size > 0,
        settle: (point) => {
          const settled = settle(point)
          return settled && !given.has(keyOf(settled)) ? settled : undefined
        },
      }),
    )

  if (chosen.name === 'grid')
    return createEnumerating((options) =>
      createGrid(space, { ...options, ...(chosen.isShuffled && { shuffleSeed: seed }) }),
    )
  if (chosen.name === 'random') return createEnumerating((options) => createRandom(space, { ...options, seed }))

  return createModelled(task, codec, chosen, {
    isAllowed: (x) => (constraints.length === 0 && !patience) || holds(codec.decode(x)),
    onBreakdown,
  })
}

/**
 * A check of the constraints that counts its effort against limits. `holds` returns whether a point meets all
 * constraints; `spend` adds the length of an evaluation done elsewhere.
 */
interface Counted {
  readonly holds: (point: ValueMap) => boolean
  readonly spend: OnEvaluate
}

/** Creates a check of the constraints whose functions throw LimitsReachedError beyond the limits. */
function createCountedConstraint(
  constraints: readonly string[],
  { tries: triesMax, letters: lettersMax }: SearchLimits = { tries: Infinity, letters: Infinity },
): Counted {
  let [tries, letters] = [0, 0]
  const spend = (more: number): void => {
    letters += more
    if (letters > lettersMax) throw new LimitsReachedError(tries)
  }
  const isMet = createConstraintCheck(constraints, spend)
  const holds = (point: ValueMap): boolean => {
    if (tries >= triesMax) throw new LimitsReachedError(tries)
    tries += 1
    return isMet(point)
  }
  return { holds, spend }
}

/**
 * Largest number of random points that are checked to find out whether the constraints are tight. They are if none of
 * these points meets them; points are then moved to where the constraints hold.
 */
const TIGHT_DRAWS = 1_000
/**
 * Total length, in characters, of the constraints that are evaluated for that check. With long constraints fewer points
 * are checked.
 */
const TIGHT_LENGTH = 1_000_000
/** Number of points that are checked even if the constraints are long. */
const TIGHT_DRAWS_MIN = 50

/**
 * Returns a codec whose `normalise` also moves points to where the constraints hold, if hardly any random point meets
 * them. Whether this is so is checked at the first call of `normalise`.
 */
function createRepairingCodec(
  codec: Codec,
  { space, constraints, seed }: SearchTask,
  { holds, spend }: Counted,
): Codec {
  const points = spaceSize(space)
  // In a space this small, every allowed point is found by looking at each cell.
  if (constraints.length === 0 || (points !== undefined && points <= BigInt(MISSES_MAX))) return codec

  let mend: ((x: Float64Array) => Float64Array) | undefined
  const isRare = (): boolean => {
    const draws = Math.max(TIGHT_DRAWS_MIN, Math.min(TIGHT_DRAWS, Math.floor(TIGHT_LENGTH / lengthOf(constraints))))
    for (let draw = 0; draw < draws; draw += 1)
      if (holds(codec.decode(randomPoint(codec, createStream(seed, 'rare', draw))))) return false
    return true
  }
  return {
    ...codec,
    normalise: (x) => {
      codec.normalise(x)
      mend ??= isRare() ? createConstraintRepair(codec, constraints, spend) : (settled) => settled
      return mend(x)
    },
  }
}

function lengthOf(constraints: readonly string[]): number {
  return constraints.reduce((sum, { length }) => sum + length, 0)
}

/**
 * Returns a method that enumerates points without those that the user has given, which are trials already. `create` is
 * called again when the number of given points changes.
 */
function createSkippingGiven(
  keyOf: (point: ValueMap) => string,
  create: (given: ReadonlySet<string>) => Method,
): Method {
  let current = { count: 0, method: create(new Set()) }

  return {
    pointsMax: current.method.pointsMax,
    suggest: (history, count) => {
      const given = history.trials.filter(({ source }) => source === 'given')
      if (given.length !== current.count)
        current = { count: given.length, method: create(new Set(given.map(({ point }) => keyOf(point)))) }
      return current.method.suggest(history, count)
    },
  }
}

/**
 * Whether the points of a task's method depend on results. The points of such a method are computed as late as
 * possible, and in a worker thread.
 */
export function usesResults(task: Pick<SearchTask, 'space' | 'method' | 'concurrency'>): boolean {
  const { name } = resolveMethod(task, createCodec(task.space))
  return name !== 'grid' && name !== 'random' && name !== 'sobol'
}

/**
 * Whether, because of conditions or constraints, several cells of the space can be the same point, or a cell no allowed
 * point. Finding the next point can then take long.
 */
export function mayHaveInvalidCells({ space, constraints }: Pick<SearchTask, 'space' | 'constraints'>): boolean {
  return constraints.length > 0 || space.some(({ when }) => when !== undefined)
}

/**
 * Returns the method that `auto` chooses for a task, and why; undefined if the task does not use `auto`, neither as its
 * method nor as the chooser of a halving method.
 */
export function findAutoChoice({
  space,
  method,
  concurrency,
}: Pick<SearchTask, 'space' | 'method' | 'concurrency'>): AutoChoice | undefined {
  if (method.name !== 'auto' && method.halving?.chooser !== 'auto') return undefined
  return chooseMethod(space, createCodec(space), { trialsMax: method.trialsMax, concurrency })
}

/**
 * Returns the method of a task with `auto`, or the chooser of a halving method, replaced by the method that it stands
 * for. Where that is `bo`, the name stays `auto`: with many trials it then alternates with another method
 * (`createShared`).
 */
function resolveMethod(
  { space, method, concurrency }: Pick<SearchTask, 'space' | 'method' | 'concurrency'>,
  codec: Codec,
): MethodPlan {
  if (method.halving?.chooser === 'random') return { ...method, name: 'random' }
  if (method.name !== 'auto' && !method.halving) return method
  const choice = chooseMethod(space, codec, { trialsMax: method.trialsMax, concurrency })

  return { ...method, name: choice.method === 'bo' ? 'auto' : choice.method }
}

/**
 * Creates a method that chooses points one by one from the encoded history of its trials. The encoded history and the
 * models are kept between calls while the history only grows.
 */
function createModelled(
  { space, seed, concurrency, earlier }: SearchTask,
  codec: Codec,
  method: MethodPlan,
  { isAllowed, onBreakdown }: Pick<ChooserOptions, 'isAllowed'> & { readonly onBreakdown: OnBreakdown },
): Method {
  const points = finiteSize(space)
  const { trialsMax } = method
  const pointsMax = points === undefined ? trialsMax : Math.min(points, trialsMax ?? points)

  const createSession = () => {
    const encoded = createEncodedHistory(codec, earlier)
    const options: ChooserOptions = { space, codec, encoded, seed, concurrency, trialsMax, isAllowed }
    return {
      encoded,
      chooser: createChooser(method, options),
      density: createDensity(options),
      draws: createDraws(options),
      trials: 0,
      results: 0,
      trialsAtLastCall: 0,
      isBroken: false,
    }
  }

  let session = createSession()

  const next = (history: History): Suggestion | undefined => {
    // The session can be used only for a history that begins with the previous one.
    if (session.isBroken || history.trials.length < session.trials || history.results.length < session.results)
      session = createSession()
    ;[session.trials, session.results] = [history.trials.length, history.results.length]
    session.encoded.read(history)

    const index = history.trials.length
    const found = choose(index) ?? session.draws.choose(index)
    return found && { point: codec.decode(found.x), source: found.source }
  }

  /**
   * Chooses a point. If the model throws, the densities choose the point of this trial. Returns undefined if they
   * throw, too; the caller then draws a random point. A model that fails thus does not block its sweep.
   */
  const choose = (index: number): ReturnType<Chooser['choose']> => {
    for (const chooser of [session.chooser, session.density]) {
      try {
        return chooser.choose(index)
      } catch (error) {
        session.isBroken = true
        onBreakdown(error, index)
      }
    }
    return undefined
  }
  return {
    pointsMax,
    suggest: ({ trials, results }, count) => {
      // Starts a new session if the points suggested last have not become trials, or if other points have their
      // indices.
      const { encoded, trialsAtLastCall } = session
      if (
        encoded.xs
          .slice(trialsAtLastCall)
          .some(
            (x, k) =>
              !trials[trialsAtLastCall + k] ||
              codec.keyOf(codec.encode(trials[trialsAtLastCall + k]!.point)) !== codec.keyOf(x),
          )
      )
        session = createSession()

      session.trialsAtLastCall = trials.length
      const made: Suggestion[] = []
      while (made.length < count && trials.length + made.length < (pointsMax ?? Infinity)) {
        const suggestion = next({ trials: [...trials, ...made], results })
        if (!suggestion) break
        made.push(suggestion)
      }

      return made
    },
  }
}

/** Returns the number of points of a space; undefined if it is infinite or above the largest safe integer. */
function finiteSize(space: SearchTask['space']): number | undefined {
  const points = spaceSize(space)
  return points === undefined || points > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(points)
}

/** Creates the chooser of a method that `resolveMethod` returned. */
function createChooser(method: MethodPlan, options: ChooserOptions): Chooser {
  if (method.halving && method.name !== 'sobol') return createRungDensity(options)
  switch (method.name) {
    case 'tpe':
      return createDensity(options)
    case 'cmaes':
      return createEvolution(options)
    case 'sobol':
      return createSobol(options)
    case 'bo':
      return createRestarting(options, gaussianSettings(method))
    default:
      return createShared(options, method)
  }
}

function gaussianSettings({ gaussian = {} }: MethodPlan): typeof GAUSSIAN_DEFAULTS {
  return { ...GAUSSIAN_DEFAULTS, ...gaussian }
}

/**
 * Creates the chooser of `auto`: the model alone up to `SHARED_FROM` finished trials; then it alternates with CMA-ES
 * or, in a space with categories, with densities.
 */
function createShared(options: ChooserOptions, method: MethodPlan): Chooser {
  const { codec, encoded } = options
  const model = createRestarting(options, gaussianSettings(method))
  const canEvolve = codec.dimensions.every(({ categories }) => categories === 0)
  const other = canEvolve ? createEvolution({ ...options, warmStartCount: SHARED_FROM }) : createDensity(options)
  return {
    choose: (index) =>
      encoded.finished.length > SHARED_FROM && index % 2 === 1
        ? (other.choose(index) ?? model.choose(index))
        : model.choose(index),
  }
}

/**
 * Limits of the search for points before a sweep starts, since a user waits for the answer and a compile thread is
 * occupied.
 */
const PREVIEW_LIMITS: SearchLimits = { tries: 10_000, letters: 4_000_000 }

/**
 * The first points of a sweep. `givenUpAfter` is the number of points checked when the search for more was given up;
 * undefined if it was not given up.
 */
interface Preview {
  readonly points: readonly ValueMap[]
  readonly givenUpAfter: number | undefined
}

/**
 * Returns the first points of a sweep, at most `count`, before it has any result: those given by the user, then those
 * of the method. If the search was not given up and there are fewer than `count` points, no other point exists.
 */
export function previewPoints(task: SearchTask, count: number, given: readonly ValueMap[] = []): Preview {
  const isSlow = mayHaveInvalidCells(task)
  const method = createMethod(task, isSlow ? { patience: PREVIEW_LIMITS } : {})

  const trials = given.slice(0, count).map((point): Suggestion => ({ point, source: 'given' }))
  const points = (): ValueMap[] => trials.map(({ point }) => point)

  try {
    while (trials.length < count) {
      // Where finding a point can take long, points are requested one by one, so that those found so far are kept if
      // the search is given up.
      const made = method.suggest({ trials: [...trials], results: [] }, isSlow ? 1 : count - trials.length)
      if (made.length === 0) break
      trials.push(...made)
    }
    return { points: points(), givenUpAfter: undefined }
  } catch (error) {
    if (!(error instanceof LimitsReachedError)) throw error
    return { points: points(), givenUpAfter: error.tries }
  }
}
