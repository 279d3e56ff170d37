/** A function to be minimised: returns its value at `x` and writes its gradient there to `gradient`. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number

/** The lowest point found, and its value. */
export interface Minimum {
  readonly x: Float64Array
  readonly value: number
}

/** Number of latest steps from which the Hessian is approximated. */
const MEMORY = 6
/** Smallest share of the predicted decrease with which a step is accepted (Armijo condition). */
const ARMIJO = 1e-4
const HALVINGS_MAX = 12

/**
 * Minimises a function inside a box by limited-memory BFGS. A coordinate at its bound whose descent direction points
 * outward is held; the others are free, and steps are projected into the box. Nocedal and Wright, "Numerical
 * Optimization" (2006), 7.2 and 16.7. Stops on convergence or after `evaluations` evaluations, never by the clock, so
 * that the result depends only on the input. Convergence: a step lowers the value by less than `tolerance` times (1 +
 * |value|).
 */
export function minimizeInBox(
  objective: Objective,
  start: Float64Array,
  {
    lower,
    upper,
    evaluations,
    tolerance = 1e-6,
  }: { lower: Float64Array; upper: Float64Array; evaluations: number; tolerance?: number },
): Minimum {
  const size = start.length
  let x = clamp(start, lower, upper)
  let gradient = new Float64Array(size)
  let value = objective(x, gradient)
  let used = 1
  const steps: Float64Array[] = []
  const changes: Float64Array[] = []

  while (used < evaluations) {
    const direction = descend(x, gradient, { lower, upper, steps, changes })
    const slope = dot(direction, gradient)
    if (!(slope < -1e-14)) break

    const nextGradient = new Float64Array(size)
    let length = steps.length === 0 ? Math.min(1, 0.2 / Math.sqrt(dot(direction, direction))) : 1
    let next = x
    let nextValue = value
    let isLower = false
    for (let halving = 0; halving < HALVINGS_MAX && used < evaluations && !isLower; halving += 1) {
      next = clamp(along(x, direction, length), lower, upper)
      nextValue = objective(next, nextGradient)
      used += 1
      isLower = nextValue <= value + ARMIJO * length * slope
      length *= 0.4
    }

    if (!isLower) break
    remember(steps, changes, difference(next, x), difference(nextGradient, gradient))

    const gain = value - nextValue
    x = next
    gradient = nextGradient
    value = nextValue
    if (gain < tolerance * (1 + Math.abs(value))) break
  }

  return { x, value }
}

/** Returns the search direction of L-BFGS by the two-loop recursion on the free coordinates. */
function descend(
  x: Float64Array,
  gradient: Float64Array,
  {
    lower,
    upper,
    steps,
    changes,
  }: { lower: Float64Array; upper: Float64Array; steps: Float64Array[]; changes: Float64Array[] },
): Float64Array {
  const isHeld = x.map((value, j) =>
    Number((value <= lower[j]! && gradient[j]! > 0) || (value >= upper[j]! && gradient[j]! < 0)),
  )
  const q = gradient.map((value, j) => (isHeld[j] ? 0 : value))

  const weights: number[] = []
  for (let k = steps.length - 1; k >= 0; k -= 1) {
    const weight = dot(steps[k]!, q) / dot(steps[k]!, changes[k]!)
    weights[k] = weight
    for (let j = 0; j < q.length; j += 1) q[j]! -= weight * changes[k]![j]!
  }

  const last = steps.length - 1
  if (last >= 0) {
    const scale = dot(steps[last]!, changes[last]!) / dot(changes[last]!, changes[last]!)
    for (let j = 0; j < q.length; j += 1) q[j]! *= scale
  }
  for (let k = 0; k < steps.length; k += 1) {
    const weight = weights[k]! - dot(changes[k]!, q) / dot(steps[k]!, changes[k]!)
    for (let j = 0; j < q.length; j += 1) q[j]! += weight * steps[k]![j]!
  }

  return q.map((value, j) => (isHeld[j] ? 0 : -value))
}

/**
 * Stores a step and the change of the gradient along it, unless their product is too small for a positive definite
 * update.
 */
function remember(steps: Float64Array[], changes: Float64Array[], step: Float64Array, change: Float64Array): void {
  if (!(dot(step, change) > 1e-12)) return
  steps.push(step)
  changes.push(change)
  if (steps.length > MEMORY) {
    steps.shift()
    changes.shift()
  }
}

function along(x: Float64Array, direction: Float64Array, length: number): Float64Array {
  return x.map((value, j) => value + length * direction[j]!)
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, j) => value - b[j]!)
}

function clamp(x: Float64Array, lower: Float64Array, upper: Float64Array): Float64Array {
  return x.map((value, j) => Math.min(upper[j]!, Math.max(lower[j]!, value)))
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j += 1) sum += a[j]! * b[j]!
  return sum
}
