import { describe, expect, it } from 'vitest'

import { drawChart } from './plot.ts'

const draw = (points: [number, number][], columns = 4, rows = 2): string[] =>
  drawChart([{ label: 'a', points }], { columns, rows }).map((row) => row.map((cell) => cell.text).join(''))

describe('a chart in the terminal', () => {
  it('draws a rising line from the lower left to the upper right, with the ends of both axes', () => {
    expect(
      draw([
        [0, 0],
        [7, 7],
      ]),
    ).toEqual(['7 ┤⠀⠀⡠⠊', '0 ┤⡠⠊⠀⠀', '  └────', '   0  7'])
  })

  it('draws one value, none, and values that are no numbers', () => {
    expect(draw([[3, 5]])[0]).toContain('5 ┤')
    expect(draw([])).toHaveLength(4)
    expect(
      draw([
        [0, NaN],
        [1, Infinity],
        [2, 1],
      ])[0],
    ).toContain('1 ┤')
  })

  it('says which line a cell belongs to', () => {
    const rows = drawChart(
      [
        {
          label: 'a',
          points: [
            [0, 0],
            [1, 0],
          ],
        },
        {
          label: 'b',
          points: [
            [0, 9],
            [1, 9],
          ],
        },
      ],
      { columns: 2, rows: 2 },
    )
    expect(rows[0]!.slice(1).map((cell) => cell.owner)).toEqual([1, 1])
    expect(rows[1]!.slice(1).map((cell) => cell.owner)).toEqual([0, 0])
  })
})
