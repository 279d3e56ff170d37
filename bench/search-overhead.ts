import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import type { MethodName } from '../src/contract/plan.ts'
import type { SearchSpace } from '../src/contract/search-space.ts'
import { asNumber } from '../src/contract/values.ts'
import type { ValueMap } from '../src/contract/values.ts'
import type { History, Result, Suggestion } from '../src/core/search/history.ts'
import type { SearchTask } from '../src/core/search/methods/method.ts'
import { createMethod } from '../src/core/search/methods/registry.ts'
import { createStream } from '../src/core/search/numerics/rng.ts'
import { sampleAxis } from '../src/core/search/space.ts'
import { createSearchThread } from '../src/engine/search-thread.ts'
import { withRatio, choleskyMs, pageJsonMs } from './references.ts'
import { atMost, percentile, printProgress } from './support.ts'
import type { Figure } from './support.ts'

/** Seven typical hyperparameters of a neural network, two of them categorical. */
const SPACE: SearchSpace = [
  { name: 'lr', kind: 'log', low: 1e-5, high: 1 },
  { name: 'decay', kind: 'log', low: 1e-6, high: 0.1 },
  { name: 'batch', kind: 'logint', low: 8, high: 512 },
  { name: 'layers', kind: 'int', low: 1, high: 8 },
  { name: 'dropout', kind: 'uniform', low: 0, high: 0.7 },
  { name: 'optimizer', kind: 'values', values: ['sgd', 'momentum', 'adam', 'adamw'] },
  { name: 'activation', kind: 'values', values: ['relu', 'gelu', 'tanh'] },
]
const PENDING = 10
const STEPS = 120

/**
 * Measures the time per suggestion while ten trials run and results arrive one at a time; also the event loop delay
 * while the search thread works, and the memory and start of a method with 10,000 results.
 */
export async function measure(): Promise<Figure[]> {
  const gaussian = askTimes('bo', 200, STEPS)
  const large = askTimes('bo', 1_000, STEPS)
  const density = askTimes('tpe', 10_000, 40)
  const { loopDelayMs } = await besideLoop()
  const { memoryMb, rebuildS } = rebuild(10_000)
  const algebra = { name: 'cholesky_ms', value: choleskyMs() } as const

  return [
    ...withRatio(algebra, 40, 'gp_ask_p50_ms', percentile(gaussian, 0.5)),
    ...withRatio(algebra, 200, 'gp_ask_p99_ms', percentile(gaussian, 0.99)),
    ...withRatio(algebra, 100, 'gp1000_ask_p50_ms', percentile(large, 0.5)),
    ...withRatio(algebra, 40, 'tpe10000_ask_p50_ms', percentile(density, 0.5)),
    ...withRatio({ name: 'page_json_ms', value: pageJsonMs() }, 20, 'loop_delay_p99_ms', loopDelayMs),
    atMost(40, 'memory_10000_mb', memoryMb, 'MB'),
    ...withRatio(algebra, 2, 'rebuild_s', rebuildS),
  ]
}

function taskFor(name: MethodName): SearchTask {
  return {
    space: SPACE,
    constraints: [],
    method: { name, trialsMax: null },
    concurrency: PENDING,
    seed: 1,
    earlier: [],
  }
}

/**
 * Returns the value to minimise: quadratic in log10(lr) and in
 * layers, linear in dropout, and lower for the optimizer `adamw`.
 */
function evaluate(point: ValueMap): number {
  const [lr, layers, dropout] = [asNumber(point['lr'])!, asNumber(point['layers'])!, asNumber(point['dropout'])!]
  return (Math.log10(lr) + 2.9) ** 2 + 0.1 * (layers - 4) ** 2 + dropout + (point['optimizer'] === 'adamw' ? 0 : 0.3)
}

function randomTrial(index: number): Suggestion {
  const stream = createStream(7, 'overhead', index)
  return {
    point: Object.fromEntries(SPACE.map((axis) => [axis.name, sampleAxis(axis, stream.next())])),
    source: 'given',
  }
}

/**
 * Returns `finished` + PENDING random trials, and the results of
 * the first `finished` of them. The other trials are running.
 */
function randomHistory(finished: number): { trials: Suggestion[]; results: Result[] } {
  const trials = Array.from({ length: finished + PENDING }, (_, index) => randomTrial(index))
  return { trials, results: trials.slice(0, finished).map(({ point }, index) => ({ index, value: evaluate(point) })) }
}

/**
 * Returns the milliseconds of each of `steps` suggestions. The history
 * has `finished` results at first, and one more after each step.
 */
function askTimes(name: MethodName, finished: number, steps: number): number[] {
  const method = createMethod(taskFor(name))
  const history = randomHistory(finished)
  const times: number[] = []

  for (let step = 0; step < steps; step += 1) {
    const from = performance.now()
    const [suggestion] = method.suggest(history, 1)
    times.push(performance.now() - from)
    history.trials.push(suggestion!)
    const index = history.results.length
    history.results.push({ index, value: evaluate(history.trials[index]!.point) })
  }

  printProgress(`${name}, ${finished} finished: median ${percentile(times, 0.5).toFixed(1)} ms`)
  return times
}

/** Measures the 99th percentile of this thread's event loop delay while the search thread fits models. */
async function besideLoop(): Promise<{ loopDelayMs: number }> {
  await using thread = createSearchThread({ warn: (fields) => console.error(fields) })
  const history = randomHistory(300)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  await thread.suggest('bench', taskFor('bo'), history, 1)

  delay.enable()
  for (let step = 0; step < 40; step += 1) {
    const [suggestion] = await thread.suggest('bench', taskFor('bo'), history, 1)
    history.trials.push(suggestion!)
    const index = history.results.length
    history.results.push({ index, value: evaluate(history.trials[index]!.point) })
  }

  delay.disable()
  // The values of the monitor include its own timer period of 1 ms.
  return { loopDelayMs: Math.max(0, delay.percentile(99) / 1e6 - 1) }
}

/**
 * Creates the method `auto` for a search with `count` results. Returns the memory that the method uses, in MB, and the
 * seconds until its first suggestion.
 */
function rebuild(count: number): { memoryMb: number; rebuildS: number } {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void

  const history: History = randomHistory(count)
  const usedMb = (): number => {
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return (heapUsed + arrayBuffers) / 1e6
  }

  const before = usedMb()
  const from = performance.now()
  const method = createMethod(taskFor('auto'))
  method.suggest(history, 1)
  const rebuildS = (performance.now() - from) / 1000

  const memoryMb = Math.max(0, usedMb() - before)
  // This use of `method` after the measurement keeps the garbage collector from removing it before.
  method.suggest(history, 0)
  return { memoryMb, rebuildS }
}
