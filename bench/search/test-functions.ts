import { PortableRng } from './portable-rng.ts'
import type { Params } from './space.ts'

type Vector = readonly number[]

// The standard functions are defined in Surjanovic and Bingham, Virtual Library of Simulation Experiments.

export function branin([a, b]: Vector): number {
  return (
    (b! - (5.1 / (4 * Math.PI ** 2)) * a! * a! + (5 / Math.PI) * a! - 6) ** 2 +
    10 * (1 - 1 / (8 * Math.PI)) * Math.cos(a!) +
    10
  )
}

const HARTMANN_WEIGHTS = [1, 1.2, 3, 3.2]
const HARTMANN_SCALES = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
]
const HARTMANN_CENTRES = [
  [1312, 1696, 5569, 124, 8283, 5886],
  [2329, 4135, 8307, 3736, 1004, 9991],
  [2348, 1451, 3522, 2883, 3047, 6650],
  [4047, 8828, 8732, 5743, 1091, 381],
]

export function hartmann6(x: Vector): number {
  const depth = (row: number): number =>
    Math.exp(-sum(x.map((v, i) => HARTMANN_SCALES[row]![i]! * (v - 1e-4 * HARTMANN_CENTRES[row]![i]!) ** 2)))
  return -sum(HARTMANN_WEIGHTS.map((weight, row) => weight * depth(row)))
}

export function ackley(x: Vector): number {
  const squares = sum(x.map((v) => v * v)) / x.length
  const waves = sum(x.map((v) => Math.cos(2 * Math.PI * v))) / x.length
  return -20 * Math.exp(-0.2 * Math.sqrt(squares)) - Math.exp(waves) + 20 + Math.E
}

export function rosenbrock(x: Vector): number {
  return sum(x.slice(1).map((v, i) => 100 * (v - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2))
}

export function levy(x: Vector): number {
  const w = x.map((v) => 1 + (v - 1) / 4)
  const last = w.at(-1)!
  const middle = sum(w.slice(0, -1).map((v) => (v - 1) ** 2 * (1 + 10 * Math.sin(Math.PI * v + 1) ** 2)))
  return Math.sin(Math.PI * w[0]!) ** 2 + middle + (last - 1) ** 2 * (1 + Math.sin(2 * Math.PI * last) ** 2)
}

export function rastrigin(x: Vector): number {
  return sum(x.map((v) => v * v - 10 * Math.cos(2 * Math.PI * v) + 10))
}

export function sphere(x: Vector): number {
  return sum(x.map((v) => v * v))
}

/**
 * A problem with two floats, two categories and one integer. The category `k` selects the landscape, its offset and the
 * best integer.
 */
export function mixcat(params: Params): number {
  const x = Number(params['x'])
  const y = Number(params['y'])
  const landscape = indexIn(['a', 'b', 'c', 'd'], params['k'])

  const a = 2 * x
  const b = 2 * y

  const value = [rosenbrock([a, b]) / 300, camel(a, b) / 12, beale(a, b) / 60, (a * a + b * b) / 8 + 0.08][landscape]!
  const extra = [0, 0.1 + 0.1 * Math.cos(3 * x), 0.25 * Math.abs(y)][indexIn(['p', 'q', 'r'], params['m'])]!
  return value + extra + 0.03 * Math.abs(Number(params['n']) - [3, 7, 5, 9][landscape]!) + [0.1, 0, 0.05, 0][landscape]!
}

function camel(a: number, b: number): number {
  return (4 - 2.1 * a * a + a ** 4 / 3) * a * a + a * b + (4 * b * b - 4) * b * b + 1.0316284535
}

function beale(a: number, b: number): number {
  return (1.5 - a + a * b) ** 2 + (2.25 - a + a * b * b) ** 2 + (2.625 - a + a * b ** 3) ** 2
}

const LEARNING_RATES = [-0.7, -1.5, -2.9, -2.8]
const OPTIMISER_OFFSETS = [0.03, 0.012, 0.004, 0]
const BEST_LAYERS = 4

/**
 * A smooth model of tuning a neural network. The best learning rate depends on the
 * optimiser and the batch size, and much higher rates diverge. Weight decay matters more
 * for `adamw`, which decouples it. The best number of layers increases with dropout.
 */
export function networkTuning(params: Params): number {
  const optimiser = indexIn(['sgd', 'momentum', 'adam', 'adamw'], params['opt'])
  const isDecoupled = optimiser === 3
  const [batch, layers, dropout] = [Number(params['batch']), Number(params['layers']), Number(params['dropout'])]

  const distance = Math.log10(Number(params['lr'])) - LEARNING_RATES[optimiser]! - 0.4 * Math.log10(batch / 64)
  const decay = Math.log10(Number(params['wd'])) + (isDecoupled ? 2 : 3.7)

  let value = 0.05 * distance * distance + 2 / (1 + Math.exp(-9 * (distance - 1.1)))
  value += (isDecoupled ? 0.012 : 0.005) * decay * decay
  value += (0.01 * (layers - BEST_LAYERS - 1.5 * dropout) ** 2) / 2 + 0.15 * (dropout - 0.1 - 0.05 * layers) ** 2
  value += 0.006 * Math.abs(Math.log2(batch / 64))

  const activation = [0.008, 0, 0.02 + 0.01 * layers][indexIn(['relu', 'gelu', 'tanh'], params['act'])]!
  return value + OPTIMISER_OFFSETS[optimiser]! + activation
}

function indexIn(values: readonly string[], value: number | string | undefined): number {
  const index = values.indexOf(String(value))
  if (index < 0) throw new Error(`${value} is none of ${values.join(', ')}`)
  return index
}

/** Options of `shiftFunction`. */
export interface Shift {
  /** Seed of the random numbers. */
  readonly key: string
  readonly dimensions: number
  readonly low: number
  readonly high: number
  /** Share of each side of the box, around its centre, in which the optimum may be; 0.6 by default. */
  readonly share?: number
  /** Value of every coordinate of the original function's optimum; 0 by default. */
  readonly target?: number
  /**
   * Condition number. If set, the function is also rotated at random, and
   * its axes are scaled by factors from 1 to the square root of this number.
   */
  readonly condition?: number
}

/**
 * Returns the function with its optimum moved to a random place,
 * so that optimizers that prefer the centre gain nothing.
 */
export function shiftFunction(base: (x: Vector) => number, shift: Shift): (x: Vector) => number {
  const { key, dimensions, low, high, share = 0.6, target = 0, condition } = shift
  const rng = new PortableRng(key)
  const centre = Array.from(
    { length: dimensions },
    () => (low + high) / 2 + (rng.nextUniform() - 0.5) * share * (high - low),
  )

  if (condition === undefined) return (x) => base(x.map((v, i) => v - centre[i]! + target))

  const rows = rotation(dimensions, `${key}/rot`)
  const scales = rows.map((_, i) => condition ** (i / (dimensions - 1) / 2))

  return (x) => {
    const moved = x.map((v, i) => v - centre[i]!)
    return base(rows.map((row, i) => scales[i]! * dot(row, moved) + target))
  }
}

/**
 * Returns a random rotation, made by Gram-Schmidt orthogonalisation.
 * The signs in a QR decomposition would depend on the library.
 */
function rotation(dimensions: number, key: string): Vector[] {
  const rng = new PortableRng(key)
  const raw = Array.from({ length: dimensions }, () => Array.from({ length: dimensions }, () => rng.nextNormal()))
  const rows: Vector[] = []
  for (let row of raw) {
    for (const other of rows) {
      const along = dot(row, other)
      row = row.map((v, i) => v - other[i]! * along)
    }
    const length = Math.sqrt(dot(row, row))
    rows.push(row.map((v) => v / length))
  }

  return rows
}

function dot(a: Vector, b: Vector): number {
  return sum(a.map((v, i) => v * b[i]!))
}

function sum(values: Vector): number {
  return values.reduce((total, value) => total + value, 0)
}
