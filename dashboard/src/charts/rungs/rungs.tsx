import { useMemo } from 'react'
import type { ReactElement } from 'react'

import type { TrialsView } from '../../../../src/contract/charts.ts'
import { formatNumber } from '../../format.ts'
import { t } from '../../texts/texts.ts'
import { CanvasChart } from '../canvas-chart.tsx'
import { drawDot } from '../drawing.ts'
import { usePicking } from '../picking.ts'
import { cssToken } from '../theme.ts'
import type { Trial, TrialSet } from '../trials.ts'
import { drawRungs } from './draw-rungs.ts'
import type { RungResult } from './draw-rungs.ts'
import { rungsLayoutOf, toRungValues } from './rung-values.ts'

/**
 * A chart of successive halving: the value of each trial at each rung, a line for each trial from rung to rung, and at
 * each rung a bar at the worst value with which a trial reached the next rung.
 */
export function Rungs({
  view,
  set,
  onOpen,
}: {
  readonly view: TrialsView
  readonly set: TrialSet
  readonly onOpen: (trial: Trial) => void
}): ReactElement {
  const picking = usePicking<RungResult>(({ trial }) => onOpen(trial))
  const { placed, picked } = picking
  const values = useMemo(() => toRungValues(view, set.isMaximized), [view, set.isMaximized])
  const { amounts } = values

  return (
    <CanvasChart
      label={t('rungs_label', { n: amounts.length })}
      draw={(context, size) => {
        placed.length = 0
        for (const one of drawRungs(context, set, values, rungsLayoutOf(values, size))) placed.push(one)
        if (picked) drawDot(context, [picked.x, picked.y], 5, { stroke: cssToken('--accent') })
      }}
      cursor={picked ? 'pointer' : 'default'}
      onPointer={picking.onPointer}
      onKey={picking.handleKey}
      tip={
        picked && {
          x: picked.x,
          y: picked.y,
          text: `#${picked.item.trial.number} · ${formatNumber(amounts[picked.item.rung])} · ${formatNumber(picked.item.value)}`,
        }
      }
    />
  )
}
