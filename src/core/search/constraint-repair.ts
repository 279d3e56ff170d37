import { asNumber } from '../../contract/values.ts'
import type { Value } from '../../contract/values.ts'
import { isTrueFor, parseExpression, valueOf } from '../language/template.ts'
import type { Expression } from '../language/template-syntax.ts'
import type { Codec } from './codec.ts'
import type { OnEvaluate } from './constraints.ts'

/** A comparison from a constraint. `targets` are the indices of the dimensions that occur in it. */
interface Rule {
  readonly expression: Comparison
  /** Length of the whole constraint in characters, as a measure of the time that its evaluation takes. */
  readonly letters: number
  readonly targets: readonly number[]
}

type Comparison = Extract<Expression, { type: 'binary' }>

/** Largest number of passes over all rules. A pass that makes one rule hold may break another. */
const PASSES_MAX = 4

/**
 * Returns a function that moves a point (as codes) to where the constraints hold, for constraints that random points
 * hardly ever meet. An equation is solved for one of its parameters. For an inequality, the position of a parameter in
 * its range is mapped linearly to the part of the range where the inequality holds. Both assume that the expression is
 * linear in that parameter. The function changes and returns its argument, which may still violate constraints.
 */
export function createConstraintRepair(
  codec: Codec,
  constraints: readonly string[],
  spend: OnEvaluate,
): (x: Float64Array) => Float64Array {
  const rules = constraints.flatMap((constraint) =>
    conjuncts(parseExpression(constraint)).map((expression): Rule => ({
      expression,
      letters: constraint.length,
      targets: targetsOf(codec, expression),
    })),
  )

  return (x) => {
    for (let round = 0; round < PASSES_MAX; round += 1) {
      const broken = rules.filter(({ expression, letters }) => {
        spend(letters)
        return isTrueFor(expression, codec.decode(x)) === false
      })
      if (broken.length === 0) break

      const before = codec.keyOf(x)
      for (const rule of broken) repairRule(codec, rule, x, spend)
      if (codec.keyOf(x) === before) break
    }

    return x
  }
}

const COMPARISONS = new Set(['==', '<', '<=', '>', '>='])

/** Splits an expression at `and` and returns the parts that are comparisons; other parts are left out. */
function conjuncts(expression: Expression | undefined): Comparison[] {
  if (expression?.type !== 'binary') return []
  if (expression.operator === 'and') return [...conjuncts(expression.left), ...conjuncts(expression.right)]
  return COMPARISONS.has(expression.operator) ? [expression] : []
}

/** Returns the indices of the dimensions that a comparison names. */
function targetsOf({ dimensions }: Codec, { left, right }: Comparison): number[] {
  const names = new Set([...namesOf(left), ...namesOf(right)])
  return dimensions.flatMap(({ name }, j) => (names.has(name) ? [j] : []))
}

function namesOf(expression: Expression): string[] {
  if (expression.type === 'name') return [expression.name]
  if (expression.type === 'binary') return [...namesOf(expression.left), ...namesOf(expression.right)]
  if (expression.type === 'unary') return namesOf(expression.operand)
  return expression.type === 'filter' ? [...namesOf(expression.target), ...expression.args.flatMap(namesOf)] : []
}

/** Number of evaluations of a rule that are counted for moving one parameter. */
const EVALUATIONS_EACH = 4

/**
 * Changes the parameters of a rule one after another until the rule holds. Where changing one is not enough, it stays
 * moved as far as possible, and the next one is changed.
 */
function repairRule(codec: Codec, { expression, targets, letters }: Rule, x: Float64Array, spend: OnEvaluate): void {
  for (const j of targets) {
    if (!codec.isActive(x, j)) continue
    spend(EVALUATIONS_EACH * letters)
    if (codec.dimensions[j]!.categories > 0) matchCategory(codec, expression, x, j)
    else moveNumber(codec, expression, x, j)
    codec.normalise(x)
    if (isTrueFor(expression, codec.decode(x)) !== false) return
  }
}

/** Sets a category to the value that an equation `name == …` requires, if it is one of the categories. */
function matchCategory(codec: Codec, { operator, left, right }: Comparison, x: Float64Array, j: number): void {
  const { name, toCode } = codec.dimensions[j]!
  const isNamed = (side: Expression): boolean => side.type === 'name' && side.name === name
  if (operator !== '==' || isNamed(left) === isNamed(right)) return

  const value = valueOf(isNamed(left) ? right : left, codec.decode(x))
  const code = value === undefined ? -1 : toCode(value)
  if (code >= 0) x[j] = code
}

/**
 * Moves an ordered parameter to the solution of an equation, or into the part of its range where an inequality holds.
 * The solution is found by linear interpolation between the two ends of the range.
 */
function moveNumber(codec: Codec, { operator, left, right }: Comparison, x: Float64Array, j: number): void {
  const { snapCode, toCode, toValue, cells } = codec.dimensions[j]!
  const own = x[j]!
  const at = (code: number): { value: number; gap: number } => {
    x[j] = snapCode(code)
    const point = codec.decode(x)
    return { value: numberOf(toValue(x[j])), gap: numberOf(valueOf(left, point)) - numberOf(valueOf(right, point)) }
  }

  const [low, high] = [at(0), at(1)]
  x[j] = own
  const root = low.value - (low.gap * (high.value - low.value)) / (high.gap - low.gap)
  if (!Number.isFinite(root)) return

  const border = toCode(within(root, low.value, high.value))
  if (operator === '==') {
    x[j] = border
    return
  }

  const isBelow = operator.startsWith('<') === high.gap > low.gap
  const [from, to] = isBelow ? [0, border] : [border, 1]
  x[j] = snapCode(from + own * (to - from))

  // After snapping, the value may not meet the inequality. Move it one step inward.
  const step = Number.isFinite(cells) ? 1 / cells : (to - from) * 1e-6
  const gap = at(x[j]).gap
  const isMet = operator === '<' ? gap < 0 : operator === '<=' ? gap <= 0 : operator === '>' ? gap > 0 : gap >= 0
  if (!isMet) x[j] = snapCode(within(x[j] + (isBelow ? -step : step), 0, 1))
}

function numberOf(value: Value | undefined): number {
  return asNumber(value) ?? Number.NaN
}

function within(number: number, a: number, b: number): number {
  return Math.min(Math.max(a, b), Math.max(Math.min(a, b), number))
}
