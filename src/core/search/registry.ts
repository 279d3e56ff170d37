import type { MethodPlan } from '../../contract/plan.ts'
import type { ValueMap } from '../../contract/values.ts'
import { chooseMethod } from './auto.ts'
import type { AutoChoice } from './auto.ts'
import { createClimbing, createDensity, createDraws, createEvolution, createSobol } from './choosers.ts'
import { createCodec } from './codec.ts'
import type { Codec } from './codec.ts'
import { createConstraint } from './constraints.ts'
import type { Spend } from './constraints.ts'
import { GAUSSIAN_DEFAULTS } from './gaussian.ts'
import type { Chooser, ChooserOptions } from './gaussian.ts'
import { randomPoint } from './design.ts'
import { createGrid } from './grid.ts'
import type { GridOptions } from './grid.ts'
import type { History, Suggestion } from './history.ts'
import { createLedger } from './ledger.ts'
import { createMender } from './mending.ts'
import type { Method, SearchTask } from './method.ts'
import { createRandom } from './random.ts'
import { createRestarting } from './restarts.ts'
import { createStream } from './rng.ts'
import { spaceSize } from './space.ts'
import { MISSES_MAX } from './walk.ts'

/** Finished trials beyond which `auto` shares the suggestions between its model and a method whose cost does not grow. */
const SHARED_FROM = 500

/** Told of a model that could not be computed, and of the trial that was chosen otherwise for it. */
export type OnBreakdown = (error: unknown, index: number) => void

/** The tries are used up. */
class OutOfTries extends Error {
  readonly tries: number
  constructor(tries: number) {
    super()
    this.tries = tries
  }
}

/** How much may be looked at: points, and letters of constraints that are computed. */
interface Patience {
  readonly tries: number
  readonly letters: number
}

interface MethodOptions {
  readonly onBreakdown?: OnBreakdown
  /** Beyond it OutOfTries is thrown; absent: without an end. */
  readonly patience?: Patience
}

/** The method of a task. */
export function createMethod(task: SearchTask, { onBreakdown = () => {}, patience }: MethodOptions = {}): Method {
  const { space, constraints, seed } = task
  const { holds, spend } = countedConstraint(constraints, patience)
  const codec = createMended(createCodec(space), task, { holds, spend })
  const settle = (point: ValueMap): ValueMap | undefined => {
    const isMoved = codec.isConditional || constraints.length > 0
    const settled = isMoved ? codec.decode(codec.settle(codec.encode(point))) : point
    return holds(settled) ? settled : undefined
  }
  const keyOf = (point: ValueMap): string => codec.key(codec.encode(point))
  const chosen = resolve(task, codec)
  const { trialsMax } = chosen
  const listed = (create: (options: Pick<GridOptions, 'trialsMax' | 'settle' | 'isThinned'>) => Method): Method =>
    skippingGiven(keyOf, (given) =>
      create({
        trialsMax,
        isThinned: isThinned(task) || given.size > 0,
        settle: (point) => {
          const settled = settle(point)
          return settled && !given.has(keyOf(settled)) ? settled : undefined
        },
      }),
    )
  if (chosen.name === 'grid')
    return listed((options) => createGrid(space, { ...options, ...(chosen.isShuffled && { shuffleSeed: seed }) }))
  if (chosen.name === 'random') return listed((options) => createRandom(space, { ...options, seed }))
  return createModelled(task, codec, chosen, {
    isAllowed: (x) => (constraints.length === 0 && !patience) || holds(codec.decode(x)),
    onBreakdown,
  })
}

interface Counted {
  readonly holds: (point: ValueMap) => boolean
  readonly spend: Spend
}

function countedConstraint(
  constraints: readonly string[],
  { tries: triesMax, letters: lettersMax }: Patience = { tries: Infinity, letters: Infinity },
): Counted {
  let [tries, letters] = [0, 0]
  const spend = (more: number): void => {
    letters += more
    if (letters > lettersMax) throw new OutOfTries(tries)
  }
  const isMet = createConstraint(constraints, spend)
  const holds = (point: ValueMap): boolean => {
    if (tries >= triesMax) throw new OutOfTries(tries)
    tries += 1
    return isMet(point)
  }
  return { holds, spend }
}

/** Draws of which one must meet the constraints: else points are moved to where they hold. */
const RARE_DRAWS = 1_000
/** Letters of constraints that are computed in all to see that: long ones are tried at fewer points. */
const RARE_LETTERS = 1_000_000
const RARE_DRAWS_MIN = 50

/** A codec that settles points where the constraints hold, if hardly any point meets them. Found out when the first is settled. */
function createMended(codec: Codec, { space, constraints, seed }: SearchTask, { holds, spend }: Counted): Codec {
  const points = spaceSize(space)
  // A walk through a space of few points finds all that are allowed.
  if (constraints.length === 0 || (points !== undefined && points <= BigInt(MISSES_MAX))) return codec
  let mend: ((x: Float64Array) => Float64Array) | undefined
  const isRare = (): boolean => {
    const draws = Math.max(RARE_DRAWS_MIN, Math.min(RARE_DRAWS, Math.floor(RARE_LETTERS / lettersIn(constraints))))
    for (let draw = 0; draw < draws; draw += 1)
      if (holds(codec.decode(randomPoint(codec, createStream(seed, 'rare', draw))))) return false
    return true
  }
  return {
    ...codec,
    settle: (x) => {
      codec.settle(x)
      mend ??= isRare() ? createMender(codec, constraints, spend) : (settled) => settled
      return mend(x)
    },
  }
}

function lettersIn(constraints: readonly string[]): number {
  return constraints.reduce((sum, { length }) => sum + length, 0)
}

/** A method that lists points leaves out those that a person gave: they are tried already. */
function skippingGiven(keyOf: (point: ValueMap) => string, create: (given: ReadonlySet<string>) => Method): Method {
  let known = { count: 0, method: create(new Set()) }
  return {
    size: known.method.size,
    suggest: (history, count) => {
      const given = history.trials.filter(({ source }) => source === 'given')
      if (given.length !== known.count)
        known = { count: given.length, method: create(new Set(given.map(({ point }) => keyOf(point)))) }
      return known.method.suggest(history, count)
    },
  }
}

/** Whether a method's points depend on results: such a method is asked late, and in a thread of its own. */
export function learns(task: Pick<SearchTask, 'space' | 'method' | 'concurrency'>): boolean {
  const { name } = resolve(task, createCodec(task.space))
  return name !== 'grid' && name !== 'random' && name !== 'sobol'
}

/** Whether cells of the space may be no points of their own: then looking for the next one can take long. */
export function isThinned({ space, constraints }: Pick<SearchTask, 'space' | 'constraints'>): boolean {
  return constraints.length > 0 || space.some(({ when }) => when !== undefined)
}

/** What `auto` comes to for a task; undefined for every other method. */
export function autoChoice({
  space,
  method,
  concurrency,
}: Pick<SearchTask, 'space' | 'method' | 'concurrency'>): AutoChoice | undefined {
  if (method.name !== 'auto' && method.halving?.chooser !== 'auto') return undefined
  return chooseMethod(space, createCodec(space), { trialsMax: method.trialsMax, concurrency })
}

/** A method that stands for another replaced by it: `auto`, and what chooses the points of a halving method. */
function resolve(
  { space, method, concurrency }: Pick<SearchTask, 'space' | 'method' | 'concurrency'>,
  codec: Codec,
): MethodPlan {
  if (method.halving?.chooser === 'random') return { ...method, name: 'random' }
  if (method.name !== 'auto' && !method.halving) return method
  const choice = chooseMethod(space, codec, { trialsMax: method.trialsMax, concurrency })
  return { ...method, name: choice.method === 'bo' ? 'auto' : choice.method }
}

function createModelled(
  { space, seed, concurrency, earlier }: SearchTask,
  codec: Codec,
  method: MethodPlan,
  { isAllowed, onBreakdown }: Pick<ChooserOptions, 'isAllowed'> & { readonly onBreakdown: OnBreakdown },
): Method {
  const points = finiteSize(space)
  const { trialsMax } = method
  const size = points === undefined ? trialsMax : Math.min(points, trialsMax ?? points)
  const open = () => {
    const ledger = createLedger(codec, earlier)
    const options: ChooserOptions = { space, codec, ledger, seed, concurrency, trialsMax, isAllowed }
    return {
      ledger,
      chooser: createChooser(method, options),
      density: createDensity(options),
      draws: createDraws(options),
      trials: 0,
      results: 0,
      told: 0,
      isBroken: false,
    }
  }
  let session = open()

  const next = (history: History): Suggestion | undefined => {
    // What has been computed is only good for a history that goes on from the last one.
    if (session.isBroken || history.trials.length < session.trials || history.results.length < session.results)
      session = open()
    ;[session.trials, session.results] = [history.trials.length, history.results.length]
    session.ledger.read(history)
    const index = history.trials.length
    const found = choose(index) ?? session.draws.choose(index)
    return found && { point: codec.decode(found.x), source: found.source }
  }
  /** A model that breaks down must not hold up its sweep: densities take its place for this trial, and chance theirs. */
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
    size,
    suggest: ({ trials, results }, count) => {
      // What was suggested last may never have become trials, and others may have.
      const { ledger, told } = session
      if (
        ledger.xs
          .slice(told)
          .some((x, k) => !trials[told + k] || codec.key(codec.encode(trials[told + k]!.point)) !== codec.key(x))
      )
        session = open()
      session.told = trials.length
      const made: Suggestion[] = []
      while (made.length < count && trials.length + made.length < (size ?? Infinity)) {
        const suggestion = next({ trials: [...trials, ...made], results })
        if (!suggestion) break
        made.push(suggestion)
      }
      return made
    },
  }
}

function finiteSize(space: SearchTask['space']): number | undefined {
  const points = spaceSize(space)
  return points === undefined || points > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(points)
}

function createChooser(method: MethodPlan, options: ChooserOptions): Chooser {
  if (method.halving && method.name !== 'sobol') return createClimbing(options)
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

/** The model alone while it is cheap, later in turns with CMA-ES (numbers only) or with densities. */
function createShared(options: ChooserOptions, method: MethodPlan): Chooser {
  const { codec, ledger } = options
  const model = createRestarting(options, gaussianSettings(method))
  const canEvolve = codec.dimensions.every(({ categories }) => categories === 0)
  const other = canEvolve ? createEvolution({ ...options, warmFrom: SHARED_FROM }) : createDensity(options)
  return {
    choose: (index) =>
      ledger.finished.length > SHARED_FROM && index % 2 === 1
        ? (other.choose(index) ?? model.choose(index))
        : model.choose(index),
  }
}

/** Bounds of a check before a sweep begins: a person waits for the answer, and the server answers nobody else meanwhile. */
const PREVIEW: Patience = { tries: 10_000, letters: 4_000_000 }

/** Points of a sweep, and after how many tries the search for more was given up; undefined where it was not. */
interface Preview {
  readonly points: readonly ValueMap[]
  readonly givenUpAfter: number | undefined
}

/** The first points of a sweep, before anything is known: those that a person gave, then those of the method. */
export function firstPoints(task: SearchTask, count: number, given: readonly ValueMap[] = []): readonly ValueMap[] {
  return previewPoints(task, count, given).points
}

/** The same with what is known of further ones: where nothing was given up, and there are fewer, no other exists. */
export function previewPoints(task: SearchTask, count: number, given: readonly ValueMap[] = []): Preview {
  const isSlow = isThinned(task)
  const method = createMethod(task, isSlow ? { patience: PREVIEW } : {})
  const trials = given.slice(0, count).map((point): Suggestion => ({ point, source: 'given' }))
  const points = (): ValueMap[] => trials.map(({ point }) => point)
  try {
    while (trials.length < count) {
      // Where one can take long they are asked for one by one: what has been found is kept when a further one is given up.
      const made = method.suggest({ trials: [...trials], results: [] }, isSlow ? 1 : count - trials.length)
      if (made.length === 0) break
      trials.push(...made)
    }
    return { points: points(), givenUpAfter: undefined }
  } catch (error) {
    if (!(error instanceof OutOfTries)) throw error
    return { points: points(), givenUpAfter: error.tries }
  }
}
