import type { ValueMap } from '../../contract/values.ts'
import type { Detail } from '../../contract/messages/messages.ts'
import type { SearchSpace } from '../../contract/search-space.ts'
import { isTrueFor, namesIn, parseExpression } from '../language/template.ts'

/**
 * Returns a function that checks whether all expressions hold at a point. An expression that cannot be computed at a
 * point, for example because it names an inactive parameter, does not exclude the point. `spend` is called before each
 * expression is evaluated.
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

/** Receives the length of an expression before it is evaluated, as a measure of the time it takes. */
export type OnEvaluate = (length: number) => void

/**
 * Finds a name in an expression that is not a parameter; such an expression would never exclude a point. Returns the
 * problem, or undefined if all names are parameters.
 */
export function findUnknownName(expression: string, space: SearchSpace): Detail | undefined {
  const parameterNames = space.map(({ name }) => name)
  const name = [...namesIn(`{{ ${expression} }}`)].find((one) => !parameterNames.includes(one))
  return name === undefined ? undefined : { detail: 'point_unknown', args: { name, known: parameterNames.join(', ') } }
}
