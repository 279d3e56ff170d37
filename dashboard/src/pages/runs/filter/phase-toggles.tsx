import type { ReactElement } from 'react'

import type { CountsView } from '../../../../../src/contract/charts.ts'
import { RUN_PHASES } from '../../../../../src/contract/phases.ts'
import { t } from '../../../texts/texts.ts'
import { PhaseIcon } from '../../../ui/phase.tsx'
import css from './phase-toggles.module.css'

interface PhaseTogglesProps {
  /** Phases that are shown; empty: all. */
  readonly phases: readonly string[]
  readonly counts: CountsView | undefined
  readonly onPhases: (phases: readonly string[]) => void
}

/** A toggle for each phase that is chosen or has matching runs, with the number of these runs. */
export function PhaseToggles({ phases, counts, onPhases }: PhaseTogglesProps): ReactElement {
  const countIn = (phase: (typeof RUN_PHASES)[number]): number => counts?.phases[phase] ?? 0
  const toggle = (phase: string): void =>
    onPhases(phases.includes(phase) ? phases.filter((one) => one !== phase) : [...phases, phase])

  return (
    <div className={css.toggles} role="group" aria-label={t('phases')}>
      {RUN_PHASES.filter((phase) => countIn(phase) > 0 || phases.includes(phase)).map((phase) => (
        <button
          key={phase}
          type="button"
          className="btn bare"
          aria-pressed={phases.includes(phase)}
          title={t(`phase_${phase}`)}
          onClick={() => toggle(phase)}
        >
          <PhaseIcon phase={phase} part={0.7} />
          {countIn(phase).toLocaleString('en-US')}
        </button>
      ))}
    </div>
  )
}
