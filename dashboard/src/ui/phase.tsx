import type { ReactElement } from 'react'

import type { RunPhase } from '../../../src/contract/phases.ts'
import type { SweepPhase } from '../../../src/contract/phases.ts'
import { t } from '../texts/texts.ts'
import css from './phase.module.css'

/** Returns the phase of a run whose icon stands for a sweep in this phase. */
export function sweepShape(phase: SweepPhase, isPaused = false): RunPhase {
  if (phase === 'done') return 'succeeded'
  return phase === 'running' && isPaused ? 'paused' : phase
}

/**
 * The icon of a phase: a ring for a run that has not ended, a filled shape for one that has.
 * `part`, from 0 to 1, is how much of the ring of a running run is drawn. With an empty `label`,
 * screen readers skip the icon, for an icon beside a word.
 */
export function PhaseIcon({
  phase,
  part = 0.25,
  size = 14,
  label,
}: {
  readonly phase: RunPhase
  readonly part?: number
  readonly size?: number
  readonly label?: string
}): ReactElement {
  const name = label ?? t(`phase_${phase}`)

  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 14 14"
      {...(name === '' ? { 'aria-hidden': true } : { role: 'img', 'aria-label': name })}
    >
      {shapeOf(phase, part)}
    </svg>
  )
}

/** The icon of a phase with its name. */
export function Phase({ phase, part }: { readonly phase: RunPhase; readonly part?: number }): ReactElement {
  return (
    <span className="ph">
      <PhaseIcon phase={phase} label="" {...(part !== undefined && { part })} />
      <span>{t(`phase_${phase}`)}</span>
    </span>
  )
}

/** SVG paths inside the rings of phases that have not ended: lines here, filled areas in `AREAS_IN_RING`. */
const LINES_IN_RING = { queued: 'M4.6 7h4.8', paused: 'M5.7 4.8v4.4M8.3 4.8v4.4' } as const
const AREAS_IN_RING = {
  preparing: 'M7 7V3.6A3.4 3.4 0 0 1 10.4 7z',
  starting: 'M7 3.6a3.4 3.4 0 0 1 0 6.8z',
  stopping: 'M5 5h4v4H5z',
} as const

function shapeOf(phase: RunPhase, progress: number): ReactElement {
  const color = `var(--ph-${phase})`
  const ring = <circle cx="7" cy="7" r="5.3" fill="none" stroke={color} strokeWidth="1.5" />

  switch (phase) {
    case 'created':
      return <circle cx="7" cy="7" r="3" fill="none" stroke={color} strokeWidth="1.5" />
    case 'queued':
    case 'paused':
      return (
        <>
          {ring}
          <path d={LINES_IN_RING[phase]} stroke={color} strokeWidth="1.5" />
        </>
      )
    case 'preparing':
    case 'starting':
    case 'stopping':
      return (
        <>
          {ring}
          <path d={AREAS_IN_RING[phase]} fill={color} />
        </>
      )
    case 'running':
      return (
        <>
          <circle cx="7" cy="7" r="5.6" fill="none" stroke={color} strokeOpacity=".28" strokeWidth="1.7" />
          <circle
            cx="7"
            cy="7"
            r="5.6"
            fill="none"
            stroke={color}
            strokeWidth="1.7"
            strokeDasharray={`${(35.19 * progress).toFixed(1)} 40`}
            transform="rotate(-90 7 7)"
          />
          <circle className={css.breathing} cx="7" cy="7" r="2.5" fill={color} />
        </>
      )
    case 'succeeded':
      return (
        <>
          <circle cx="7" cy="7" r="6" fill={color} />
          <path d="m4.2 7.2 2 2 3.6-4.2" fill="none" stroke="var(--panel)" strokeWidth="1.5" />
        </>
      )
    case 'failed':
      return (
        <>
          <path d="M7 .4 13.6 7 7 13.6.4 7z" fill={color} />
          <path d="m5 5 4 4M9 5l-4 4" stroke="var(--panel)" strokeWidth="1.5" />
        </>
      )
    case 'stopped':
      return <path d="M2.2 2.2h9.6v9.6H2.2z" fill={color} />
    default:
      return (
        <>
          <circle cx="7" cy="7" r="5.8" fill="none" stroke={color} strokeWidth="1.4" strokeDasharray="2.4 2.15" />
          <path
            d="M5.3 5.6a1.7 1.7 0 1 1 2.3 1.6c-.4.2-.6.5-.6 1M7 9.3v1.2"
            fill="none"
            stroke={color}
            strokeWidth="1.3"
          />
        </>
      )
  }
}
