import { OwnAsha } from './search/asha-engine.ts'
import { baseline, BASELINE_CHECKPOINTS } from './search/baseline.ts'
import type { Mode } from './search/baseline.ts'
import { curveRng, simulateCurves, timeTo } from './search/halving.ts'
import { measureAll } from './search/measure.ts'
import type { Task } from './search/measure-worker.ts'
import { SUITE } from './search/problems.ts'
import type { RunResult } from './search/protocol.ts'
import { compareProblems, median, ratioOf, stuckShare } from './search/statistics.ts'
import type { Regrets } from './search/statistics.ts'
import { atLeast, atMost, printProgress, unlimited } from './support.ts'
import type { Figure } from './support.ts'

const TRIALS = 200
const CONCURRENCY = 10
const WORKERS = 2
const SEEDS = 20
const STUCK_SEEDS = 60
const ASYNC_SEEDS = 10
const CURVE_SEEDS = 100
const ASYNC_PROBLEMS = ['hartmann6', 'mixcat', 'hpo7n', 'mlp_digits']

/** Largest allowed ratios of Hagane's regret to the regret of a rival, after 50, 100 and 200 trials. */
const RATIOS_MAX = { tpe: [0.6, 0.4, 0.35], gp: [0.8, 0.6, 0.5], prototype: [1.1, 1.1, 1.1] } as const
/**
 * By problem: a search is stuck if its regret after TRIALS trials is
 * above `above`; `max` is the largest allowed share of stuck searches.
 */
const STUCK = { hartmann6: { above: 0.03, max: 0.35 }, mixcat: { above: 0.05, max: 0.4 } } as const

/** Results of searches, by name of the problem and by seed. */
type Runs = Record<string, Record<string, RunResult>>

/**
 * Measures Hagane's `auto` on the ten problems of the suite and compares its regrets with the recorded ones of the
 * rivals. Also compares the async mode with the batch mode, and measures ASHA on learning curves.
 */
export async function measure(): Promise<Figure[]> {
  const main = await runAll('batch', tasksFor(SUITE, SEEDS))
  const stuck = await runAll(
    'batch',
    tasksFor(Object.keys(STUCK), STUCK_SEEDS).filter(({ seed }) => seed >= SEEDS),
  )
  const asynchronous = await runAll('async', tasksFor(ASYNC_PROBLEMS, ASYNC_SEEDS))

  return [
    ...ratioFigures(main),
    ...stuckFigures(main, stuck),
    notWorse(main),
    asyncFigure(main, asynchronous),
    ...ashaFigures(),
  ]
}

function tasksFor(names: readonly string[], seeds: number): Task[] {
  return names.flatMap((name) => Array.from({ length: seeds }, (_, seed) => ({ name, seed })))
}

async function runAll(mode: Mode, tasks: readonly Task[]): Promise<Runs> {
  const runs: Runs = {}

  const plan = {
    module: new URL('search/engine.ts', import.meta.url).href,
    mode,
    trials: TRIALS,
    concurrency: CONCURRENCY,
    options: {},
  }

  await measureAll(plan, tasks, WORKERS, ({ task, result }) => {
    ;(runs[task.name] ??= {})[task.seed] = result
  })

  printProgress(`${tasks.length} runs, ${mode}`)
  return runs
}

function regretsAt(runs: Runs, checkpoint: number): Regrets {
  const ofSeeds = (seeds: Record<string, RunResult>) =>
    Object.fromEntries(Object.entries(seeds).map(([seed, { regret }]) => [seed, regret[checkpoint]!]))
  return Object.fromEntries(Object.entries(runs).map(([name, seeds]) => [name, ofSeeds(seeds)]))
}

function rivalsAt(rival: keyof typeof RATIOS_MAX, column: number): Regrets {
  return Object.fromEntries(
    Object.entries(baseline.rivals.batch[rival]).map(([name, seeds]) => [
      name,
      Object.fromEntries(Object.entries(seeds).map(([seed, values]) => [seed, values[column]!])),
    ]),
  )
}

/**
 * Returns the ratio of Hagane's regret to the regret of each rival
 * at each checkpoint, with the ends of its 95 % confidence interval.
 */
function ratioFigures(runs: Runs): Figure[] {
  return (Object.keys(RATIOS_MAX) as (keyof typeof RATIOS_MAX)[]).flatMap((rival) =>
    BASELINE_CHECKPOINTS.flatMap((checkpoint, column) => {
      const { ratio, low, high } = ratioOf(regretsAt(runs, checkpoint), rivalsAt(rival, column))!
      const name = `${rival}_${checkpoint}`
      return [
        atMost(RATIOS_MAX[rival][column]!, name, ratio, 'x'),
        unlimited(`${name}_low`, low, 'x'),
        unlimited(`${name}_high`, high, 'x'),
      ]
    }),
  )
}

function stuckFigures(main: Runs, more: Runs): Figure[] {
  return Object.entries(STUCK).map(([name, { above, max }]) => {
    const seeds = { ...regretsAt(main, TRIALS)[name], ...regretsAt(more, TRIALS)[name] }
    return atMost(max, `stuck_${name}`, stuckShare(seeds, above), 'share')
  })
}

const NOT_WORSE_MIN = 7

function notWorse(runs: Runs): Figure {
  const compared = compareProblems(regretsAt(runs, TRIALS), rivalsAt('gp', BASELINE_CHECKPOINTS.indexOf(TRIALS)))
  return atLeast(
    NOT_WORSE_MIN,
    'problems_not_worse',
    compared.filter(({ isNotWorse }) => isNotWorse).length,
    'problems',
  )
}

const ASYNC_RATIO_MAX = 1.2

function asyncFigure(batch: Runs, asynchronous: Runs): Figure {
  return atMost(
    ASYNC_RATIO_MAX,
    'async_ratio',
    ratioOf(regretsAt(asynchronous, TRIALS), regretsAt(batch, TRIALS))!.ratio,
    'x',
  )
}

/**
 * Largest allowed median times until ASHA on ten workers reaches a regret of at most `regret`. The unit is the time of
 * one epoch of a configuration of average speed.
 */
const ASHA_GOALS = [
  { name: 'asha_5pct', regret: 0.05, max: 40 },
  { name: 'asha_3pct', regret: 0.03, max: 170 },
] as const

function ashaFigures(): Figure[] {
  const logsOf = (chooser: 'auto' | 'random') =>
    Array.from({ length: CURVE_SEEDS }, (_, seed) => simulateCurves(new OwnAsha(seed, chooser), curveRng(seed)).log)
  const [auto, random] = [logsOf('auto'), logsOf('random')]

  return ASHA_GOALS.flatMap(({ name, regret, max }) => [
    atMost(max, name, median(auto.map((log) => timeTo(log, regret))), 'epochs'),
    unlimited(`${name}_random`, median(random.map((log) => timeTo(log, regret))), 'epochs'),
  ])
}
