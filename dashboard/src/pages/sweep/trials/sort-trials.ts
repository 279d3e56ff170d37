import { LongInteger } from '../../../../../src/contract/values.ts'
import type { Trial } from '../../../charts/trials.ts'

/** A sort key of trials: their index, value, duration in seconds, or a parameter as `p.NAME`. */
export type TrialSortKey = 'index' | 'value' | 'seconds' | `p.${string}`

/** A sort order of trials. The address contains it as the parameter `by`. */
export interface TrialSort {
  readonly key: TrialSortKey
  readonly isDescending: boolean
}

/** Reads the sort order from the address, where `-` before the key means descending. Default: ascending by index. */
export function readTrialSort(query: URLSearchParams): TrialSort {
  const text = query.get('by') ?? ''
  const key = text.replace(/^-/, '')
  const isKnown = key === 'index' || key === 'value' || key === 'seconds' || (key.startsWith('p.') && key.length > 2)
  return isKnown
    ? { key: key as TrialSortKey, isDescending: text.startsWith('-') }
    : { key: 'index', isDescending: false }
}

/** Returns the sort order as a parameter of the query; null, which removes the parameter, for the default. */
export function writeTrialSort({ key, isDescending }: TrialSort): Record<string, string | null> {
  return { by: key === 'index' && !isDescending ? null : `${isDescending ? '-' : ''}${key}` }
}

/**
 * Returns the sort order after a click on a column. The current key is reversed. Another key starts with the best
 * trials for the value, and ascending for every other column.
 */
export function sortAfterClick(sort: TrialSort, key: TrialSortKey, isMaximized: boolean): TrialSort {
  return { key, isDescending: sort.key === key ? !sort.isDescending : key === 'value' && isMaximized }
}

/** Returns the duration of a trial in seconds; undefined before the trial has ended. */
export function durationSecondsOf({ startedAt, endedAt }: Trial): number | undefined {
  return startedAt === null || endedAt === null ? undefined : (endedAt - startedAt) / 1000
}

/** Returns the trials sorted by a key. Trials without a value for the key come last in both directions. */
export function sortTrials(trials: readonly Trial[], { key, isDescending }: TrialSort): Trial[] {
  const valueOf = (trial: Trial): unknown =>
    key === 'index'
      ? trial.index
      : key === 'value'
        ? trial.value
        : key === 'seconds'
          ? durationSecondsOf(trial)
          : trial.params[key.slice(2)]

  const sign = isDescending ? -1 : 1

  return trials.toSorted((a, b) => {
    const [left, right] = [valueOf(a), valueOf(b)]
    const [isLeftMissing, isRightMissing] = [left === null || left === undefined, right === null || right === undefined]
    if (isLeftMissing || isRightMissing) return Number(isLeftMissing) - Number(isRightMissing) || a.index - b.index
    const order = isNumber(left) && isNumber(right) ? compare(left, right) : String(left).localeCompare(String(right))
    return sign * order || a.index - b.index
  })
}

function isNumber(value: unknown): value is number | LongInteger {
  return typeof value === 'number' || value instanceof LongInteger
}

function compare(left: number | LongInteger, right: number | LongInteger): number {
  const [a, b] = [left, right].map((value) => (value instanceof LongInteger ? value.value : value))
  return a! < b! ? -1 : Number(a! > b!)
}
