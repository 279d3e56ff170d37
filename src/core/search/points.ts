import type { Detail } from '../../contract/messages/messages.ts'
import type { SearchSpace } from '../../contract/search-space.ts'
import { asNumber, encodeValue, toFloat } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import { toPythonText } from '../language/python.ts'
import { createCodec } from './codec.ts'
import type { Codec } from './codec.ts'
import { createConstraintCheck } from './constraints.ts'

/** A checked point in the notation of the search, with its key, or the reason why it is not in the space. */
export type CheckedPoint = { readonly point: ValueMap; readonly key: string } | { readonly problem: Detail }

/** Relative difference up to which a given number counts as equal to a value of the space. */
const TOLERANCE = 1e-9

/**
 * Checks a point given by a user and returns its values as the space writes them (int or float, exact listed value).
 * Parameters whose condition does not hold are optional, and left out of the result.
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

/** Number of listed values that an error message names. */
const LISTED_MAX = 10

/**
 * Improves the message for an axis with listed values: names the nearest value for a number, all values for anything
 * else.
 */
function listedProblem(space: SearchSpace, given: ValueMap, problem: Detail): Detail {
  const name = String(problem.args!['name'])
  const axis = space.find((axis) => axis.name === name)
  if (axis?.kind !== 'values' && axis?.kind !== 'pvalues') return problem

  const asked = asNumber(given[name])
  const distance = (value: Value): number => Math.abs(asNumber(value)! - asked!)
  const numbers = asked === undefined ? [] : axis.values.filter((value) => asNumber(value) !== undefined)
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
 * Returns the point with its values as the space writes them, or a problem that names the first parameter whose value
 * is missing or not in the space. Names that are not parameters are ignored.
 */
export function normalisePoint(codec: Codec, given: ValueMap): CheckedPoint {
  const x = codec.encode(given)
  const point: ValueMap = {}
  // A value that is not a number has no nearest one. The middle of the axis then shows what kind of value is expected.
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

/** The problem of a given value: names the nearest value of the space, or an example where a number was expected. */
function toProblem(name: string, given: Value, nearest: Value): Detail {
  const found = toPythonText(given)
  if (asNumber(nearest) !== undefined && asNumber(given) === undefined)
    return { detail: 'point_kind', args: { name, found, example: toPythonText(nearest) } }
  return { detail: 'point_value', args: { name, found, near: toPythonText(nearest) } }
}

/** Returns the value as the space writes it; undefined if the space does not contain it. */
function toSpaceValue(given: Value, nearest: Value, isListed: boolean): Value | undefined {
  const [asked, own] = [asNumber(given), asNumber(nearest)]
  if (asked === undefined || own === undefined) return encodeValue(given) === encodeValue(nearest) ? nearest : undefined
  if (!Number.isFinite(asked) || Math.abs(asked - own) > TOLERANCE * Math.max(1e-12, Math.abs(asked), Math.abs(own)))
    return undefined
  return isListed ? nearest : toFloat(asked)
}
