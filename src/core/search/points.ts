import type { Detail } from '../../contract/messages/messages.ts'
import type { SearchSpace } from '../../contract/search-space.ts'
import { asNumber, encodeValue, toFloat } from '../../contract/values.ts'
import type { Value, ValueMap } from '../../contract/values.ts'
import { toPythonText } from '../spec/python.ts'
import { createCodec } from './codec.ts'
import type { Codec } from './codec.ts'
import { createConstraint } from './constraints.ts'

/** A point as the search itself would have made it, or why it does not belong to the space. */
export type CheckedPoint = { readonly point: ValueMap; readonly key: string } | { readonly problem: Detail }

const TOLERANCE = 1e-9

/** Checks a point that a person gave, and spells its values as the space does. Parameters that are not there may be left out. */
export function checkPoint(space: SearchSpace, constraints: readonly string[], given: ValueMap): CheckedPoint {
  const unknown = Object.keys(given).find((name) => !space.some((axis) => axis.name === name))
  if (unknown !== undefined)
    return {
      problem: { detail: 'point_unknown', args: { name: unknown, known: space.map(({ name }) => name).join(', ') } },
    }
  const checked = spell(createCodec(space), given)
  if ('problem' in checked && /^point_(value|kind)$/.test(checked.problem.detail))
    return { problem: listedProblem(space, given, checked.problem) }
  if ('problem' in checked || createConstraint(constraints)(checked.point)) return checked
  return { problem: { detail: 'point_constraints' } }
}

const LISTED_MAX = 10

/** Names the listed value nearest to a number, or all listed values for anything else. */
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

/** The point as the space spells it, or the first parameter that lacks a value of its own. What the space does not know is left out. */
export function spell(codec: Codec, given: ValueMap): CheckedPoint {
  const x = codec.encode(given)
  const point: ValueMap = {}
  // Nothing is near to what is no number; the middle says what kind of value the parameter has.
  const near = Float64Array.from(codec.dimensions, ({ snap }, j) => snap(Number.isNaN(x[j]!) ? 0.5 : x[j]!))
  for (const { name, cells, isActive, valueIn } of codec.parameters) {
    if (!isActive(x)) continue
    if (!Object.hasOwn(given, name)) return { problem: { detail: 'point_missing', args: { name } } }
    const nearest = valueIn(near)
    const value = asOwn(given[name]!, nearest, Number.isFinite(cells))
    if (value === undefined) return { problem: refusal(name, given[name]!, nearest) }
    point[name] = value
  }
  return { point, key: codec.key(codec.encode(point)) }
}

function refusal(name: string, given: Value, known: Value): Detail {
  const found = toPythonText(given)
  if (asNumber(known) !== undefined && asNumber(given) === undefined)
    return { detail: 'point_kind', args: { name, found, example: toPythonText(known) } }
  return { detail: 'point_value', args: { name, found, near: toPythonText(known) } }
}

/** The value as the space spells it; undefined for one that the space does not have. */
function asOwn(given: Value, nearest: Value, isListed: boolean): Value | undefined {
  const [asked, own] = [asNumber(given), asNumber(nearest)]
  if (asked === undefined || own === undefined) return encodeValue(given) === encodeValue(nearest) ? nearest : undefined
  if (!Number.isFinite(asked) || Math.abs(asked - own) > TOLERANCE * Math.max(1e-12, Math.abs(asked), Math.abs(own)))
    return undefined
  return isListed ? nearest : toFloat(asked)
}
