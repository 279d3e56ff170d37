import { asNumber } from '../../contract/values.ts'
import type { Value } from '../../contract/values.ts'
import { holds, parseExpression, valueOf } from '../spec/template.ts'
import type { Expression } from '../spec/template-syntax.ts'
import type { Codec } from './codec.ts'
import type { Spend } from './constraints.ts'

/** A comparison that must hold, and the parameters it speaks of. */
interface Rule {
  readonly expression: Comparison
  readonly letters: number
  readonly targets: readonly number[]
}

type Comparison = Extract<Expression, { type: 'binary' }>

/** Turns about all rules: to mend one may break another. */
const ROUNDS = 4

/**
 * Moves points to where constraints hold that hardly any point meets: parameters that equations speak of are computed from
 * the others, those of inequalities are drawn together to the part that is allowed. Follows what is linear in a parameter;
 * a point that cannot be mended is given back as it may be. Works in place.
 */
export function createMender(
  codec: Codec,
  constraints: readonly string[],
  spend: Spend,
): (x: Float64Array) => Float64Array {
  const rules = constraints.flatMap((constraint) =>
    conjuncts(parseExpression(constraint)).map((expression): Rule => ({
      expression,
      letters: constraint.length,
      targets: targetsOf(codec, expression),
    })),
  )
  return (x) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const broken = rules.filter(({ expression, letters }) => {
        spend(letters)
        return holds(expression, codec.decode(x)) === false
      })
      if (broken.length === 0) break
      const before = codec.key(x)
      for (const rule of broken) mend(codec, rule, x, spend)
      if (codec.key(x) === before) break
    }
    return x
  }
}

const COMPARISONS = new Set(['==', '<', '<=', '>', '>='])

function conjuncts(expression: Expression | undefined): Comparison[] {
  if (expression?.type !== 'binary') return []
  if (expression.operator === 'and') return [...conjuncts(expression.left), ...conjuncts(expression.right)]
  return COMPARISONS.has(expression.operator) ? [expression] : []
}

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

/** How often a rule is computed to move one parameter. */
const LOOKS_EACH = 4

/** One parameter after the other until the rule holds: one that cannot alone goes as far as it can. */
function mend(codec: Codec, { expression, targets, letters }: Rule, x: Float64Array, spend: Spend): void {
  for (const j of targets) {
    if (!codec.isActive(x, j)) continue
    spend(LOOKS_EACH * letters)
    if (codec.dimensions[j]!.categories > 0) matchCategory(codec, expression, x, j)
    else moveNumber(codec, expression, x, j)
    codec.settle(x)
    if (holds(expression, codec.decode(x)) !== false) return
  }
}

/** A category that is to equal something becomes that, where it can. */
function matchCategory(codec: Codec, { operator, left, right }: Comparison, x: Float64Array, j: number): void {
  const { name, toCode } = codec.dimensions[j]!
  const isNamed = (side: Expression): boolean => side.type === 'name' && side.name === name
  if (operator !== '==' || isNamed(left) === isNamed(right)) return
  const value = valueOf(isNamed(left) ? right : left, codec.decode(x))
  const code = value === undefined ? -1 : toCode(value)
  if (code >= 0) x[j] = code
}

function moveNumber(codec: Codec, { operator, left, right }: Comparison, x: Float64Array, j: number): void {
  const { snap, toCode, toValue, cells } = codec.dimensions[j]!
  const own = x[j]!
  const at = (code: number): { value: number; gap: number } => {
    x[j] = snap(code)
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
  x[j] = snap(from + own * (to - from))
  // With few values the one at the border may lie beyond it.
  const step = Number.isFinite(cells) ? 1 / cells : (to - from) * 1e-6
  const gap = at(x[j]).gap
  const isMet = operator === '<' ? gap < 0 : operator === '<=' ? gap <= 0 : operator === '>' ? gap > 0 : gap >= 0
  if (!isMet) x[j] = snap(within(x[j] + (isBelow ? -step : step), 0, 1))
}

function numberOf(value: Value | undefined): number {
  return asNumber(value) ?? Number.NaN
}

function within(number: number, a: number, b: number): number {
  return Math.min(Math.max(a, b), Math.max(Math.min(a, b), number))
}
