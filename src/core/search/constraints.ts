import type { ValueMap } from '../../contract/values.ts'
import type { Detail } from '../../contract/messages/messages.ts'
import type { SearchSpace } from '../../contract/search-space.ts'
import { isTrue, namesIn } from '../spec/template.ts'

/**
 * Whether all expressions hold at a point. One that speaks of a parameter that is not there, or that cannot be computed at
 * this point, does not forbid it.
 */
export function createConstraint(expressions: readonly string[]): (point: ValueMap) => boolean {
  return (point) => expressions.every((expression) => isTrue(expression, point) !== false)
}

/** What to say of an expression that names what is no parameter, and so would never forbid anything; undefined for a good one. */
export function strangerIn(expression: string, space: SearchSpace): Detail | undefined {
  const known = space.map(({ name }) => name)
  const name = [...namesIn(`{{ ${expression} }}`)].find((one) => !known.includes(one))
  return name === undefined ? undefined : { detail: 'point_unknown', args: { name, known: known.join(', ') } }
}
