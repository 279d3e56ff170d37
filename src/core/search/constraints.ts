import type { ValueMap } from '../../contract/values.ts'
import type { Detail } from '../../contract/messages/messages.ts'
import type { SearchSpace } from '../../contract/search-space.ts'
import { holds, namesIn, parseExpression } from '../spec/template.ts'

/**
 * Returns a function that checks whether all expressions hold at a point. An expression that cannot be computed at a
 * point, for example because it names an inactive parameter, does not exclude the point. `spend` is called before each
 * expression is evaluated.
 */
export function createConstraint(
  expressions: readonly string[],
  spend: Spend = () => {},
): (point: ValueMap) => boolean {
  const read = expressions.map((text) => ({ expression: parseExpression(text), letters: text.length }))
  return (point) =>
    read.every(({ expression, letters }) => {
      spend(letters)
      return expression === undefined || holds(expression, point) !== false
    })
}

/** Receives the length of an expression before it is evaluated, as a measure of the time it takes. */
export type Spend = (letters: number) => void

/**
 * Finds a name in an expression that is not a parameter; such an expression would never exclude a point. Returns the
 * problem, or undefined if all names are parameters.
 */
export function strangerIn(expression: string, space: SearchSpace): Detail | undefined {
  const known = space.map(({ name }) => name)
  const name = [...namesIn(`{{ ${expression} }}`)].find((one) => !known.includes(one))
  return name === undefined ? undefined : { detail: 'point_unknown', args: { name, known: known.join(', ') } }
}
