import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { drawChart } from './plot.ts'

const draw = (points: [number, number][], columns = 4, rows = 2): string[] =>
  drawChart([{ label: 'a', points }], { columns, rows }).map((row) => row.map((cell) => cell.text).join(''))

describe('drawChart', () => {
  it('A rising line goes from the lower left to the upper right, and both axes show their ends', () => {
    expect(
      draw([
        [0, 0],
        [7, 7],
      ]),
    ).toEqual(['7 ┤⠀⠀⡠⠊', '0 ┤⡠⠊⠀⠀', '  └────', '   0  7'])
  })

  it('A chart can have one point, no point, and points that are not finite', () => {
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

  it('Each cell of a chart has the index of its line', () => {
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

  it.each([
    [
      [1e308, -1e308],
      ['1e+308 ┤⠑⢄⠀⠀', '-1e+308 ┤⠀⠀⠑⢄'],
    ],
    [
      [5e-324, 0],
      ['5e-324 ┤⠑⢄⠀⠀', '     0 ┤⠀⠀⠑⢄'],
    ],
    [
      [7, 7],
      ['7 ┤⠀⠀⠀⠀', '7 ┤⣀⣀⣀⣀'],
    ],
  ])('The values %j span the whole height of the chart', (values, rows) => {
    const lines = draw(values.map((value, index) => [index, value]))
    expect(lines.slice(0, 2).map((line) => line.trim())).toEqual(rows.map((row) => row.trim()))
  })

  it('A chart has the same shape for all numbers, and has dots if and only if a point is finite', () => {
    const double = fc.oneof(
      fc.double(),
      fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 0, -0, NaN, Infinity, -Infinity),
    )

    fc.assert(
      fc.property(
        fc.array(fc.tuple(double, double), { maxLength: 20 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 10 }),
        (points, columns, rows) => {
          const chart = drawChart([{ label: 'a', points }], { columns, rows })
          expect(chart).toHaveLength(rows + 2)

          const cells = chart.slice(0, rows).flatMap((row) => row.slice(1))
          expect(cells).toHaveLength(rows * columns)
          for (const { text } of cells) expect(text).toMatch(/^[\u2800-\u28ff]$/)
          const hasDots = cells.some(({ text }) => text !== '\u2800')
          expect(hasDots).toBe(points.some(([x, y]) => Number.isFinite(x) && Number.isFinite(y)))

          expect(
            chart
              .flat()
              .map(({ text }) => text)
              .join(''),
          ).not.toMatch(/NaN|Infinity/)
        },
      ),
    )
  })
})
