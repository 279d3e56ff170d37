import { LIMITS } from '../contract/limits.ts'
import { asNumber, LongInteger } from '../contract/values.ts'
import type { ValueMap } from '../contract/values.ts'
import { toPythonText } from '../core/spec/python.ts'
import type { Tables } from './tables.ts'

/** Parameters as filters see them: the text that Python prints, cut at a length no filter has, and the number where it is one. */
export function toParamRows(runNumber: number, params: ValueMap): Tables['run_param'][] {
  const entries = Object.entries(params).slice(0, LIMITS.paramsPerRunMax)
  const byName = new Map(entries.map(([name, value]) => [name.slice(0, LIMITS.nameCharsMax), value]))
  return [...byName].map(([name, value]) => {
    // A number is near enough to sort an integer of many digits by; its text has them all.
    const number = value instanceof LongInteger ? Number(value.value) : asNumber(value)
    return {
      name,
      run_number: runNumber,
      number: number !== undefined && Number.isFinite(number) ? number : null,
      text: toPythonText(value).replaceAll('\0', '').slice(0, LIMITS.nameCharsMax),
    }
  })
}

/** The names under which any of these parameters may have been kept. */
export function toParamNames(params: ValueMap): string[] {
  return [...new Set(Object.keys(params).map((name) => name.slice(0, LIMITS.nameCharsMax)))]
}

export function toTagRows(runNumber: number, tags: readonly string[]): Tables['run_tag'][] {
  return [...new Set(tags.map((tag) => tag.slice(0, LIMITS.nameCharsMax)))].map((tag) => ({
    tag,
    run_number: runNumber,
  }))
}
