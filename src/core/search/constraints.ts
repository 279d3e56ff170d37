import type { ValueMap } from '../../contract/values.ts'
import { isTrue } from '../spec/template.ts'

/**
 * Whether all expressions hold at a point. One that speaks of a parameter that is not there, or that cannot be computed at
 * this point, does not forbid it.
 */
export function createConstraint(expressions: readonly string[]): (point: ValueMap) => boolean {
  return (point) => expressions.every((expression) => isTrue(expression, point) !== false)
}
