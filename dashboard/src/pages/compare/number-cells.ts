import type { Direction } from '../../../../src/contract/project.ts'
import type { WireNumber } from '../../../../src/contract/run.ts'

/** A cell of the table of a comparison: the number of one run, and its difference from that of the base run. */
export interface NumberCell {
  /** The formatted number; undefined where the run has none. */
  readonly text: string | undefined
  /** Whether the number is the best of all compared runs. False if it is not set which direction is better. */
  readonly isBest: boolean
  /**
   * The difference from the number of the base run; undefined for the base run, and if a number is missing or the
   * difference would be written as zero.
   */
  readonly difference: Difference | undefined
}

/** A difference with its sign. `isBetter` is undefined if no direction is set. */
export interface Difference {
  readonly text: string
  readonly isBetter: boolean | undefined
}

/**
 * Compares one number of each run with the first, which is that of the base run. A number is marked as the best only if
 * a direction is set and at least two runs have a number.
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

/** Returns a difference with its sign and three significant digits; undefined if it would be written as zero. */
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
