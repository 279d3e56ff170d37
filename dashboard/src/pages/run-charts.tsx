import { memo, useMemo } from 'react'
import type { ReactElement } from 'react'

import type { RunView } from '../../../src/contract/run.ts'
import { useSeries } from '../api/queries.ts'
import { Faint } from '../charts/faint.tsx'
import { LinePanel } from '../charts/line-panel.tsx'
import { Scatter } from '../charts/scatter.tsx'
import { runName } from '../paths.ts'
import { t } from '../texts/texts.ts'
import { Menu } from '../ui/controls.tsx'
import { columnFor, DRAWN_CHOICES, isOpen, paramsOf } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'

const PANELS_MAX = 6
const SMOOTHINGS = [0, 0.3, 0.6, 0.8, 0.9, 0.97] as const

export interface RunChartsProps {
  /** Runs that are drawn, out of those that are listed. */
  readonly runs: readonly RunView[]
  readonly listed: readonly RunView[]
  readonly total: number
  readonly state: Pick<RunsState, 'axis' | 'smoothing' | 'panels' | 'drawn'>
  readonly hovered: string | undefined
  readonly onHover: (id: string | undefined) => void
  readonly onChange: (patch: Partial<RunsState>) => void
}

/** Metrics of the drawn runs beside their table, a panel each. */
export const RunCharts = memo(function RunCharts({ runs, listed, total, state, hovered, onHover, onChange }: RunChartsProps): ReactElement {
  const metrics = metricsOf(runs)
  const panels = (state.panels ?? metrics.slice(0, PANELS_MAX)).filter((name) => metrics.includes(name))
  const series = useSeries(
    runs.map(({ number }) => number),
    panels,
    { isLive: runs.some(({ phase }) => isOpen(phase)) },
  )
  const fields = useMemo(() => fieldsOf(listed), [listed])
  const drawn = runs.map((run) => ({ id: run.id, number: run.number, name: runName(run), isOpen: isOpen(run.phase) }))
  return (
    <aside className="right" aria-label={t('charts')}>
      <div className="ctools">
        <AxisMenu state={state} onChange={onChange} />
        <Menu label={<>{t('first_n', { n: state.drawn })}</>} bare={false} side="left">
          {DRAWN_CHOICES.map((choice) => (
            <button
              key={choice}
              type="button"
              data-closes=""
              aria-checked={choice === state.drawn}
              role="menuitemradio"
              onClick={() => onChange({ drawn: choice, selected: [] })}
            >
              {t('first_n', { n: choice })}
            </button>
          ))}
        </Menu>
        <span className="grow" />
        <Menu label={t('panels')} icon="plus">
          {metrics.map((name) => (
            <label key={name}>
              <input
                type="checkbox"
                className="check"
                checked={panels.includes(name)}
                onChange={() => onChange({ panels: panels.includes(name) ? panels.filter((one) => one !== name) : [...panels, name] })}
              />
              <span className="clip">{name}</span>
            </label>
          ))}
        </Menu>
      </div>
      {panels.length === 0 ? (
        <Faint text={t('no_points')} />
      ) : (
        <div className="plates charts">
          {panels.map((metric) => (
            <LinePanel
              key={metric}
              metric={metric}
              runs={drawn}
              total={total}
              series={series.data ?? []}
              axis={state.axis}
              smoothing={state.smoothing}
              hovered={hovered}
              onHover={onHover}
            />
          ))}
          {fields.length > 0 && <Scatter runs={listed} drawn={runs} total={total} fields={fields} hovered={hovered} onHover={onHover} />}
        </div>
      )}
    </aside>
  )
})

const FIELDS_MAX = 60

/** Figures of runs: their metrics, then the parameters that are numbers and differ. */
function fieldsOf(runs: readonly RunView[]): string[] {
  const numbers = paramsOf(runs).varied.filter((name) => runs.some(({ params }) => typeof params[name] === 'number'))
  return [...metricsOf(runs).map((name) => columnFor('metric', name)), ...numbers.map((name) => columnFor('param', name))].slice(0, FIELDS_MAX)
}

/** What lies on the x axis, and how far lines are smoothed. */
export function AxisMenu({
  state,
  onChange,
}: {
  readonly state: Pick<RunsState, 'axis' | 'smoothing'>
  readonly onChange: (patch: Pick<Partial<RunsState>, 'axis' | 'smoothing'>) => void
}): ReactElement {
  return (
    <>
      <Menu
        label={
          <>
            x <span className="dim">{t(`axis_${state.axis}`)}</span>
          </>
        }
        bare={false}
        side="left"
      >
        {(['step', 'relative', 'wall'] as const).map((axis) => (
          <button key={axis} type="button" role="menuitemradio" data-closes="" aria-checked={axis === state.axis} onClick={() => onChange({ axis })}>
            {t(`axis_${axis}`)}
          </button>
        ))}
      </Menu>
      <Menu
        label={
          <>
            {t('smoothing')} <span className="dim">{state.smoothing === 0 ? t('none') : `EMA ${state.smoothing}`}</span>
          </>
        }
        bare={false}
        side="left"
      >
        {SMOOTHINGS.map((weight) => (
          <button
            key={weight}
            type="button"
            role="menuitemradio"
            data-closes=""
            aria-checked={weight === state.smoothing}
            onClick={() => onChange({ smoothing: weight })}
          >
            {weight === 0 ? t('none') : `EMA ${weight}`}
          </button>
        ))}
      </Menu>
    </>
  )
}

/** Metrics of runs, the most common first. What the machine measured has its own page. */
export function metricsOf(runs: readonly RunView[]): string[] {
  const counts = new Map<string, number>()
  for (const { metrics } of runs) for (const name of Object.keys(metrics)) if (!name.startsWith('system.')) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name)
}
