import { useMemo } from 'react'
import type { ReactElement } from 'react'

import type { RunView } from '../../../src/contract/run.ts'
import { formatNumber } from '../format.ts'
import { cellOf } from '../pages/runs/columns.ts'
import type { Directions } from '../../../src/contract/project.ts'
import { paths, runLabels, runTitle } from '../paths.ts'
import { navigate } from '../state/location.ts'
import { t } from '../texts/texts.ts'
import { Panel } from '../ui/panel.tsx'
import type { PanelData } from '../ui/panel-data.ts'
import { looksOf } from '../ui/run-look.tsx'
import { CanvasChart } from './canvas-chart.tsx'
import { drawDot } from './drawing.ts'
import { EmptyChart } from './empty-chart.tsx'
import { drawFrame } from './frame.ts'
import { pointedAt, usePicking } from './picking.ts'
import { scaleFor } from './scales.ts'
import { cssToken } from './theme.ts'

interface ScatterProps {
  /** Undefined while the runs are being read. */
  readonly runs: readonly RunView[] | undefined
  /** Runs whose lines are drawn in the charts beside the plot. Their dots have the colours of their lines. */
  readonly drawn: readonly RunView[]
  /** Number of runs that match the filter. */
  readonly total: number
  /** Fields on the axes: metrics, or parameters that are numbers. */
  readonly x: string
  readonly y: string
  readonly directions: Directions
  /** Menus that choose the fields on the axes. */
  readonly acts: ReactElement
  readonly hovered: string | undefined
  readonly onHover: (id: string | undefined) => void
}

/** A scatter plot of two fields of the runs, with a dot for each run that has numbers for both. */
export function Scatter({ runs, drawn, total, x, y, directions, acts, hovered, onHover }: ScatterProps): ReactElement {
  const points = useMemo(
    () =>
      (runs ?? []).flatMap((run) => {
        const [a, b] = [cellOf(run, x, directions), cellOf(run, y, directions)]
        return typeof a === 'number' && typeof b === 'number' ? [{ run, a, b }] : []
      }),
    [runs, x, y, directions],
  )

  const looks = looksOf(drawn.map(({ id }) => id))
  const picking = usePicking<RunView>((run) => navigate(paths.run(run.project, run.number)))
  const { placed, picked } = picking

  const at = points.find(({ run }) => run.id === (picked?.item.id ?? hovered))

  return (
    <Panel
      title={t('scatter')}
      data={points.length > 0 ? () => dataOf(points, [x, y]) : undefined}
      size="chart"
      note={runs && t('drawn_of', { n: points.length, total })}
      acts={acts}
    >
      {points.length === 0 ? (
        <EmptyChart text={t(runs ? 'no_pairs' : 'reading_points')} />
      ) : (
        <>
          <CanvasChart
            label={t('scatter_label', { n: points.length, x, y })}
            cursor={at ? 'pointer' : 'default'}
            draw={(context, size) => {
              const frame = drawFrame(context, size, {
                x: scaleFor(points.map(({ a }) => a)),
                y: scaleFor(points.map(({ b }) => b)),
                xName: x,
              })
              placed.length = 0
              context.globalAlpha = 0.5
              for (const { run, a, b } of points) {
                placed.push({ item: run, x: frame.x(a), y: frame.y(b) })
                if (!looks.has(run.id)) drawDot(context, [frame.x(a), frame.y(b)], 2, { fill: cssToken('--ink-3') })
              }

              context.globalAlpha = 1
              for (const { run, a, b } of points) {
                const look = looks.get(run.id)
                if (look)
                  drawDot(context, [frame.x(a), frame.y(b)], 4, {
                    fill: cssToken(look.color),
                    stroke: cssToken('--panel'),
                  })
              }

              if (at) drawDot(context, [frame.x(at.a), frame.y(at.b)], 6, { stroke: cssToken('--accent') })
            }}
            onPointer={(event) => {
              picking.onPointer(event)
              const found = pointedAt(placed, event)?.item
              if (found?.id !== hovered) onHover(found?.id)
            }}
            onKey={picking.handleKey}
            tip={
              picked &&
              at && {
                x: picked.x,
                y: picked.y,
                text: `${runTitle(at.run)} · ${y} ${formatNumber(at.b)} · ${x} ${formatNumber(at.a)}`,
              }
            }
          />
          <p className="foot clip" role="status">
            {at ? `${runTitle(at.run)} · ${formatNumber(at.b)} · ${formatNumber(at.a)}` : t('scatter_how')}
          </p>
        </>
      )}
    </Panel>
  )
}

interface Point {
  readonly run: RunView
  readonly a: number
  readonly b: number
}

function dataOf(points: readonly Point[], fields: readonly [string, string]): PanelData {
  const labels = runLabels(points.map(({ run }) => run))
  return { head: [t('run'), ...fields], rows: points.map(({ run, a, b }) => [labels.get(run.number), a, b]) }
}
