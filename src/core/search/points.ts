import type { Detail } from '../../contract/messages/messages.ts'
import type { SearchSpace } from '../../contract/search-space.ts'
import { asNumber, encodeValue, toFloat } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import { toPythonText } from '../language/python.ts'
import { createCodec } from './codec.ts'
import type { Codec } from './codec.ts'
import { createConstraintCheck } from './constraints.ts'

/**
 * The result of checking a point: the point with its values as the space writes them and its key (`Codec.keyOf`), or
 * the reason why the point is not in the space.
 */
export type CheckedPoint = { readonly point: ValueMap; readonly key: string } | { readonly problem: Detail }

/** Relative difference up to which a given number counts as equal to a value of the space. */
const TOLERANCE = 1e-9

/**
 * Checks a point given by a user. Returns the point with its values as the space writes them (int or float, exact
 * listed value) and without parameters whose condition does not hold; such parameters may be missing.
 */
export function checkPoint(space: SearchSpace, constraints: readonly string[], given: ValueMap): CheckedPoint {
  const unknown = Object.keys(given).find((name) => !space.some((axis) => axis.name === name))
  if (unknown !== undefined)
    return {
      problem: { detail: 'point_unknown', args: { name: unknown, known: space.map(({ name }) => name).join(', ') } },
    }

  const checked = normalisePoint(createCodec(space), given)
  if ('problem' in checked && /^point_(value|kind)$/.test(checked.problem.detail))
    return { problem: listedProblem(space, given, checked.problem) }

  if ('problem' in checked || createConstraintCheck(constraints)(checked.point)) return checked
  return { problem: { detail: 'point_constraints' } }
}

/** Largest number of listed values that an error message names. */
const LISTED_MAX = 10

/**
 * Returns a better problem for an axis with listed values: it names the nearest value for a number, and the first
 * values of the list for anything else. For other axes, returns `problem`.
 */
function listedProblem(space: SearchSpace, given: ValueMap, problem: Detail): Detail {
  const name = String(problem.args!['name'])
  const axis = space.find((axis) => axis.name === name)
  if (axis?.kind !== 'values' && axis?.kind !== 'pvalues') return problem

  const number = asNumber(given[name])
  const distance = (value: Value): number => Math.abs(asNumber(value)! - number!)
  const numbers = number === undefined ? [] : axis.values.filter((value) => asNumber(value) !== undefined)
  const near = numbers.reduce<Value | undefined>(
    (best, value) => (best === undefined || distance(value) < distance(best) ? value : best),
    undefined,
  )

  if (near !== undefined) return { ...problem, args: { ...problem.args, near: toPythonText(near) } }
  const known = axis.values.slice(0, LISTED_MAX).map(toPythonText)
  return {
    detail: 'point_listed',
    args: {
      name,
      found: problem.args!['found']!,
      known: [...known, ...(axis.values.length > LISTED_MAX ? ['…'] : [])].join(', '),
    },
  }
}

/**
 * Returns the point with its values as the space writes them, or the problem of the first parameter whose value is
 * missing or not in the space. Ignores names that are not parameters, and does not check constraints.
 */
export function normalisePoint(codec: Codec, given: ValueMap): CheckedPoint {
  const x = codec.encode(given)
  const point: ValueMap = {}
  // A value that is not a number has no nearest one. The middle of the axis is then the example of an expected value.
  const snapped = Float64Array.from(codec.dimensions, ({ snapCode }, j) => snapCode(Number.isNaN(x[j]!) ? 0.5 : x[j]!))

  for (const { name, cells, isActive, decodeValue } of codec.parameters) {
    if (!isActive(x)) continue
    if (!Object.hasOwn(given, name)) return { problem: { detail: 'point_missing', args: { name } } }
    const nearest = decodeValue(snapped)
    const value = toSpaceValue(given[name]!, nearest, Number.isFinite(cells))
    if (value === undefined) return { problem: toProblem(name, given[name]!, nearest) }
    point[name] = value
  }

  return { point, key: codec.keyOf(codec.encode(point)) }
}

/**
 * Returns the problem of a value that is not in the space. The problem names the nearest value, or an example where a
 * number was expected.
 */
function toProblem(name: string, given: Value, nearest: Value): Detail {
  const found = toPythonText(given)
  if (asNumber(nearest) !== undefined && asNumber(given) === undefined)
    return { detail: 'point_kind', args: { name, found, example: toPythonText(nearest) } }
  return { detail: 'point_value', args: { name, found, near: toPythonText(nearest) } }
}

/**
 * Returns a given value as the space writes it; undefined if it does not equal `nearest`, the value of the space that
 * is nearest to it. With `isListed` (a parameter with a finite number of values) the result is `nearest` itself.
 */
function toSpaceValue(given: Value, nearest: Value, isListed: boolean): Value | undefined {
  const [number, own] = [asNumber(given), asNumber(nearest)]
  if (number === undefined || own === undefined)
    return encodeValue(given) === encodeValue(nearest) ? nearest : undefined
  if (!Number.isFinite(number) || Math.abs(number - own) > TOLERANCE * Math.max(1e-12, Math.abs(number), Math.abs(own)))
    return undefined
  return isListed ? nearest : toFloat(number)
}
