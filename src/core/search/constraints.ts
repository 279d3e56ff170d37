import type { ValueMap } from '../../contract/values.ts'
import type { Detail } from '../../contract/messages/messages.ts'
import type { SearchSpace } from '../../contract/search-space.ts'
import { holds, namesIn, parseExpression } from '../spec/template.ts'

/**
 * Whether all expressions hold at a point. One that speaks of a parameter that is not there, or that cannot be computed at
 * this point, does not forbid it.
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

/** Told of every expression that is about to be computed, by its letters: what stands for the time it takes. */
export type Spend = (letters: number) => void

/** What to say of an expression that names what is no parameter, and so would never forbid anything; undefined for a good one. */
export function strangerIn(expression: string, space: SearchSpace): Detail | undefined {
  const known = space.map(({ name }) => name)
  const name = [...namesIn(`{{ ${expression} }}`)].find((one) => !known.includes(one))
  return name === undefined ? undefined : { detail: 'point_unknown', args: { name, known: known.join(', ') } }
}
