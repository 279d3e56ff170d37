import type { ReactElement } from 'react'

import type { TrialsView } from '../../../../../src/contract/charts.ts'
import { isSweepEnded } from '../../../../../src/contract/phases.ts'
import type { SweepView } from '../../../../../src/contract/sweep.ts'
import { EmptyChart } from '../../../charts/empty-chart.tsx'
import { INITIAL_PARALLEL_STATE, invertAxis, moveAxis } from '../../../charts/parallel/parallel-state.ts'
import { Parallel } from '../../../charts/parallel/parallel.tsx'
import { beyondNote, trialData } from '../../../charts/trial-text.ts'
import type { TrialSet } from '../../../charts/trials.ts'
import { formatNumber } from '../../../format.ts'
import { paths } from '../../../paths.ts'
import { navigate } from '../../../state/location.ts'
import { t } from '../../../texts/texts.ts'
import { Panel } from '../../../ui/panel.tsx'
import { TrialTable } from '../trials/trial-table.tsx'
import css from './coordinates-panel.module.css'
import { useCoordinates } from './use-coordinates.ts'
import type { Coordinates } from './use-coordinates.ts'

interface CoordinatesPanelProps {
  readonly sweep: SweepView
  readonly view: TrialsView
  readonly set: TrialSet
}

/** Parallel coordinates of the trials. While there is a brush, the trials inside the brushes are listed below. */
export function CoordinatesPanel({
  className,
  ...props
}: CoordinatesPanelProps & { readonly className: string | undefined }): ReactElement {
  const { sweep, view, set } = props
  const coordinates = useCoordinates(view, set)
  const { hasBrush, inside } = coordinates
  const names = view.axes.map(({ name }) => name)

  const note = [
    t('drawn_of', { n: set.trials.length, total: set.trials.length }),
    beyondNote(set.beyond),
    hasBrush ? t('inside_n', { n: inside.length }) : '',
  ]

  return (
    <Panel
      title={t('parallel')}
      data={set.trials.length > 0 ? () => trialData(inside, set, names) : undefined}
      note={note.filter(Boolean).join(' · ')}
      className={`${css.panel} ${className}`}
      acts={<Legend set={set} coordinates={coordinates} />}
    >
      {set.trials.every(({ value }) => value === null) ? (
        <EmptyChart text={t(isSweepEnded(sweep.phase) ? 'no_values_ended' : 'no_trials_yet')} />
      ) : (
        <CoordinatesChart {...props} coordinates={coordinates} />
      )}
    </Panel>
  )
}

/**
 * The colours of the lines, from the worst to the best value, and a button that removes all brushes and resets the
 * order and direction of the axes.
 */
function Legend({
  set: { ends, isMaximized },
  coordinates: { state, save, hasBrush },
}: {
  readonly set: TrialSet
  readonly coordinates: Coordinates
}): ReactElement {
  const [worst, best] = isMaximized ? ends : ([ends[1], ends[0]] as const)

  return (
    <>
      <span className="dim small">{formatNumber(worst, 3)}</span>
      <span className={css.ramp} aria-hidden="true" />
      <span className="dim small">{formatNumber(best, 3)}</span>
      {(hasBrush || state.inverted.length > 0 || state.order.length > 0) && (
        <button type="button" className="btn bare small" onClick={() => save(INITIAL_PARALLEL_STATE)}>
          {t('reset')}
        </button>
      )}
    </>
  )
}

/** The chart, and below it the trials inside the brushes. Without a brush: a text that explains the chart. */
function CoordinatesChart({
  sweep,
  view,
  set,
  coordinates: { state, save, axes, hasBrush, inside },
}: CoordinatesPanelProps & { readonly coordinates: Coordinates }): ReactElement {
  const moveTo = (name: string, to: number): void => {
    const names = axes.map((axis) => axis.name)
    save({ ...state, order: moveAxis(names, name, to) })
  }

  return (
    <>
      <Parallel
        axes={axes}
        set={set}
        brushes={state.brushes}
        onBrush={(name, list) => save({ ...state, brushes: { ...state.brushes, [name]: list } })}
        onMove={moveTo}
        onInvert={(name) => save(invertAxis(state, name))}
        onOpen={(trial) => navigate(paths.run(sweep.project, trial.number))}
      />
      {hasBrush ? (
        <div className={css.insideTable}>
          <TrialTable project={sweep.project} sweep={sweep.number} view={view} set={set} trials={inside} size="low" />
        </div>
      ) : (
        <p className="foot">{t('parallel_how')}</p>
      )}
    </>
  )
}
