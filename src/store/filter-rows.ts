import { LIMITS } from '../contract/limits.ts'
import { asNumber, LongInteger } from '../contract/values.ts'
import type { ValueMap } from '../contract/values.ts'
import { toPythonText } from '../core/language/python.ts'
import type { Tables } from './tables.ts'

/**
 * Returns the rows of `run_param`, which filters read: for each parameter the text that Python prints, cut at
 * `LIMITS.nameCharsMax`, and its number; null unless the value is a finite number. Parameters beyond
 * `LIMITS.paramsPerRunMax` are left out.
 */
export function toParamRows(runNumber: number, params: ValueMap): Tables['run_param'][] {
  const entries = Object.entries(params).slice(0, LIMITS.paramsPerRunMax)
  const byName = new Map(entries.map(([name, value]) => [name.slice(0, LIMITS.nameCharsMax), value]))

  return [...byName].map(([name, value]) => {
    // A float is precise enough to sort a long integer by; the text has all its digits.
    const number = value instanceof LongInteger ? Number(value.value) : asNumber(value)
    return {
      name,
      run_number: runNumber,
      number: number !== undefined && Number.isFinite(number) ? number : null,
      text: toPythonText(value).replaceAll('\0', '').slice(0, LIMITS.nameCharsMax),
    }
  })
}

/**
 * Returns all names under which `toParamRows` may have stored these parameters: without duplicates, cut at
 * `LIMITS.nameCharsMax`.
 */
export function toParamNames(params: ValueMap): string[] {
  return [...new Set(Object.keys(params).map((name) => name.slice(0, LIMITS.nameCharsMax)))]
}

/** Returns the rows of `run_tag`, which filters read: without duplicates, cut at `LIMITS.nameCharsMax`. */
export function toTagRows(runNumber: number, tags: readonly string[]): Tables['run_tag'][] {
  return [...new Set(tags.map((tag) => tag.slice(0, LIMITS.nameCharsMax)))].map((tag) => ({
    tag,
    run_number: runNumber,
  }))
}
