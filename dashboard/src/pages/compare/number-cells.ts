import type { Direction } from '../../../../src/contract/project.ts'
import type { WireNumber } from '../../../../src/contract/run.ts'

/** The number of one run beside that of the base run. */
export interface NumberCell {
  /** The formatted number; undefined where the run has none. */
  readonly text: string | undefined
  /** Whether the number is the best of all runs. */
  readonly isBest: boolean
  /** The difference from the number of the base run; undefined for the base run and where there is none to show. */
  readonly difference: Difference | undefined
}

/** A difference with its sign. `isBetter` is undefined where it is not set which direction is better. */
export interface Difference {
  readonly text: string
  readonly isBetter: boolean | undefined
}

/**
 * Compares one number of each run with the first, which is that of the base run. A number is best only where there are
 * two of them.
 */
export function toNumberCells(
  values: readonly (WireNumber | undefined)[],
  direction: Direction | undefined,
  format: (value: number) => string,
): NumberCell[] {
  const numbers = values.map((value) => (typeof value === 'number' ? value : undefined))
  const best = bestOf(
    numbers.flatMap((value) => value ?? []),
    direction,
  )
  const [base] = numbers

  return values.map((value, i) => {
    const number = numbers[i]
    if (number === undefined)
      return { text: value === undefined ? undefined : String(value), isBest: false, difference: undefined }

    return {
      text: format(number),
      isBest: number === best,
      difference: i === 0 || base === undefined ? undefined : differenceOf(number - base, direction, format),
    }
  })
}

function bestOf(numbers: readonly number[], direction: Direction | undefined): number | undefined {
  if (direction === undefined || numbers.length < 2) return undefined
  return direction === 'maximize' ? Math.max(...numbers) : Math.min(...numbers)
}

const DIFFERENCE_DIGITS = 3

/** Returns a difference with three digits; undefined where it would be written as zero. */
function differenceOf(
  by: number,
  direction: Direction | undefined,
  format: (value: number) => string,
): Difference | undefined {
  if (format(Math.abs(by)) === format(0)) return undefined

  return {
    text: `${by > 0 ? '+' : '−'}${format(Number(Math.abs(by).toPrecision(DIFFERENCE_DIGITS)))}`,
    isBetter: direction === undefined ? undefined : direction === 'maximize' ? by > 0 : by < 0,
  }
}
