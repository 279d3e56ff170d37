import { baseline } from './baseline.ts'
import type { Params, SpaceItem } from './space.ts'
import { loadTable } from './tables.ts'
import {
  ackley,
  branin,
  hartmann6,
  levy,
  mixcat,
  rastrigin,
  rosenbrock,
  shiftFunction,
  sphere,
  networkTuning,
} from './test-functions.ts'
import type { Shift } from './test-functions.ts'

/**
 * A function to minimise. A regret is (value - optimum) / (reference - optimum): 0 at the optimum, 1 at the reference.
 */
export interface Problem {
  readonly name: string
  readonly space: readonly SpaceItem[]
  readonly evaluate: (params: Params) => number
  readonly optimum: number
  /** Median value of configurations that are drawn uniformly. */
  readonly reference: number
  /** Standard deviation of the noise that is added to a value before the optimizer receives it. */
  readonly noise: number
}

/** Names of the ten problems that the bench measures. `createProblem` has more. */
export const SUITE = [
  'branin2',
  'hartmann6',
  'ackley5',
  'rosen5s',
  'levy8s',
  'mixcat',
  'hpo7n',
  'svm_cancer',
  'gbdt_diabetes',
  'mlp_digits',
] as const

const TUNING_NOISE = 0.02

/** Returns a problem by its name. Throws if there is none. */
export function createProblem(name: string): Problem {
  const figures = baseline.functions[name]
  if (!figures) throw new Error(`there is no problem ${name}`)
  return { name, ...shapeOf(name), ...figures, noise: name === 'hpo7n' ? TUNING_NOISE : 0 }
}

type Shape = Pick<Problem, 'space' | 'evaluate'>

function shapeOf(name: string): Shape {
  switch (name) {
    case 'branin2':
      return ofVector([float('x0', -5, 10), float('x1', 0, 15)], branin)
    case 'hartmann6':
      return ofVector(box(6, 0, 1), hartmann6)
    case 'ackley5':
      return ofShifted(ackley, { key: 'dev/ackley5', dimensions: 5, low: -32.768, high: 32.768 })
    case 'rosen5s':
      // Without the shift the curved valley of the Rosenbrock function would pass through the centre of the box.
      return ofShifted(rosenbrock, { key: 'dev/rosen5s', dimensions: 5, low: -2, high: 2, share: 0.5, target: 1 })
    case 'levy8s':
      return ofShifted(levy, { key: 'dev/levy8s', dimensions: 8, low: -10, high: 10, target: 1 })
    case 'rastrigin4':
      return ofShifted(rastrigin, { key: 'dev/rastrigin4', dimensions: 4, low: -5.12, high: 5.12 })
    case 'ellrot6':
      return ofShifted(sphere, { key: 'dev/ellrot6', dimensions: 6, low: -5, high: 5, condition: 1e3 })
    case 'mixcat':
      return { space: MIXCAT_SPACE, evaluate: mixcat }
    case 'hpo7':
    case 'hpo7n':
      return { space: TUNING_SPACE, evaluate: networkTuning }
    default:
      return ofTable(name)
  }
}

function ofVector(space: readonly SpaceItem[], evaluate: (x: readonly number[]) => number): Shape {
  return { space, evaluate: (params) => evaluate(space.map(({ name }) => Number(params[name]))) }
}

function ofShifted(base: (x: readonly number[]) => number, shift: Shift): Shape {
  return ofVector(box(shift.dimensions, shift.low, shift.high), shiftFunction(base, shift))
}

function ofTable(name: string): Shape {
  const { space, levels, value, indexOf } = loadTable(name)
  return { space, evaluate: (params) => value(indexOf(params), levels) }
}

function box(dimensions: number, low: number, high: number): SpaceItem[] {
  return Array.from({ length: dimensions }, (_, i) => float(`x${i}`, low, high))
}

function float(name: string, low: number, high: number, log = false): SpaceItem {
  return { name, type: 'float', low, high, log }
}

function int(name: string, low: number, high: number, log = false): SpaceItem {
  return { name, type: 'int', low, high, log }
}

function category(name: string, values: readonly string[]): SpaceItem {
  return { name, type: 'cat', values }
}

const MIXCAT_SPACE = [
  float('x', -1, 1),
  float('y', -1, 1),
  category('k', ['a', 'b', 'c', 'd']),
  category('m', ['p', 'q', 'r']),
  int('n', 1, 10),
]
const TUNING_SPACE = [
  float('lr', 1e-5, 1, true),
  float('wd', 1e-6, 1e-1, true),
  int('batch', 8, 512, true),
  int('layers', 1, 8),
  float('dropout', 0, 0.7),
  category('opt', ['sgd', 'momentum', 'adam', 'adamw']),
  category('act', ['relu', 'gelu', 'tanh']),
]
