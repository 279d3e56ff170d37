import type { MethodPlan } from '../../contract/plan.ts'
import type { ValueMap } from '../../contract/values.ts'
import { chooseMethod } from './auto.ts'
import type { AutoChoice } from './auto.ts'
import { createClimbing, createDensity, createDraws, createEvolution, createSobol } from './choosers.ts'
import { createCodec } from './codec.ts'
import type { Codec } from './codec.ts'
import { createConstraint } from './constraints.ts'
import { GAUSSIAN_DEFAULTS } from './gaussian.ts'
import type { Chooser, ChooserOptions } from './gaussian.ts'
import { createGrid } from './grid.ts'
import type { GridOptions } from './grid.ts'
import type { History, Suggestion } from './history.ts'
import { createLedger } from './ledger.ts'
import type { Method, SearchTask } from './method.ts'
import { createRandom } from './random.ts'
import { createRestarting } from './restarts.ts'
import { spaceSize } from './space.ts'

/** Finished trials beyond which `auto` shares the suggestions between its model and a method whose cost does not grow. */
const SHARED_FROM = 500

/** Told of a model that could not be computed, and of the trial that was chosen otherwise for it. */
export type OnBreakdown = (error: unknown, index: number) => void

/** The method of a task. */
export function createMethod(task: SearchTask, onBreakdown: OnBreakdown = () => {}): Method {
  const { space, constraints, seed } = task
  const codec = createCodec(space)
  const holds = createConstraint(constraints)
  const settle = (point: ValueMap): ValueMap | undefined => {
    const settled = codec.isConditional ? codec.decode(codec.encode(point)) : point
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
  if (chosen.name === 'grid') return listed((options) => createGrid(space, { ...options, ...(chosen.isShuffled && { shuffleSeed: seed }) }))
  if (chosen.name === 'random') return listed((options) => createRandom(space, { ...options, seed }))
  return createModelled(task, codec, chosen, { isAllowed: (x) => constraints.length === 0 || holds(codec.decode(x)), onBreakdown })
}

/** A method that lists points leaves out those that a person gave: they are tried already. */
function skippingGiven(keyOf: (point: ValueMap) => string, create: (given: ReadonlySet<string>) => Method): Method {
  let known = { count: 0, method: create(new Set()) }
  return {
    size: known.method.size,
    suggest: (history, count) => {
      const given = history.trials.filter(({ source }) => source === 'given')
      if (given.length !== known.count) known = { count: given.length, method: create(new Set(given.map(({ point }) => keyOf(point)))) }
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
export function autoChoice({ space, method, concurrency }: Pick<SearchTask, 'space' | 'method' | 'concurrency'>): AutoChoice | undefined {
  if (method.name !== 'auto' && method.halving?.chooser !== 'auto') return undefined
  return chooseMethod(space, createCodec(space), { trialsMax: method.trialsMax, concurrency })
}

/** A method that stands for another replaced by it: `auto`, and what chooses the points of a halving method. */
function resolve({ space, method, concurrency }: Pick<SearchTask, 'space' | 'method' | 'concurrency'>, codec: Codec): MethodPlan {
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
    if (session.isBroken || history.trials.length < session.trials || history.results.length < session.results) session = open()
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
      if (ledger.xs.slice(told).some((x, k) => !trials[told + k] || codec.key(codec.encode(trials[told + k]!.point)) !== codec.key(x))) session = open()
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
  return { choose: (index) => (ledger.finished.length > SHARED_FROM && index % 2 === 1 ? (other.choose(index) ?? model.choose(index)) : model.choose(index)) }
}

/** The first points of a sweep, before anything is known. */
export function firstPoints(task: SearchTask, count: number): ValueMap[] {
  return createMethod(task)
    .suggest({ trials: [], results: [] }, count)
    .map(({ point }) => point)
}
