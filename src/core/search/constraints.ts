import type { ValueMap } from '../../contract/values.ts'
import type { Detail } from '../../contract/messages/messages.ts'
import type { SearchSpace } from '../../contract/search-space.ts'
import { isTrueFor, namesIn, parseExpression } from '../language/template.ts'

/**
 * Returns a function that checks whether all expressions hold at a point. An expression that cannot be computed there,
 * for example because it names an inactive parameter, counts as holding. `spend` is called before each evaluation of an
 * expression.
 */
export function createConstraintCheck(
  expressions: readonly string[],
  spend: OnEvaluate = () => {},
): (point: ValueMap) => boolean {
  const read = expressions.map((text) => ({ expression: parseExpression(text), letters: text.length }))
  return (point) =>
    read.every(({ expression, letters: length }) => {
      spend(length)
      return expression === undefined || isTrueFor(expression, point) !== false
    })
}

/**
 * Called before an expression is evaluated, with its length in characters as a measure of the time that the evaluation
 * takes.
 */
export type OnEvaluate = (length: number) => void

/**
 * Returns the problem that an expression contains a name that is not a parameter; undefined if all names are
 * parameters. An expression with such a name could never be computed and would exclude no point.
 */
export function findUnknownName(expression: string, space: SearchSpace): Detail | undefined {
  const parameterNames = space.map(({ name }) => name)
  const name = [...namesIn(`{{ ${expression} }}`)].find((one) => !parameterNames.includes(one))
  return name === undefined ? undefined : { detail: 'point_unknown', args: { name, known: parameterNames.join(', ') } }
}
