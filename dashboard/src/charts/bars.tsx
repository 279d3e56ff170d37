import type { ReactElement } from 'react'

import { formatNumber } from '../format.ts'
import { t } from '../texts/texts.ts'
import { NumberedName } from '../ui/numbered-name.tsx'
import type { RunLook } from '../ui/run-look.tsx'
import css from './bars.module.css'

/** A value that is drawn as a bar. Without a `look` the bar is grey. */
export interface Bar {
  readonly key: string
  readonly label: string
  readonly look: RunLook | undefined
  readonly value: number
  /** Standard deviation over the runs of a group, drawn as a line; absent for a single run. */
  readonly sd?: number
}

/**
 * Horizontal bars with names and values, the largest value first. Every bar begins at zero, so that the lengths can be
 * compared.
 */
export function Bars({
  bars,
  hovered,
  onHover,
  label,
}: {
  readonly bars: readonly Bar[]
  readonly hovered: string | undefined
  readonly onHover: (key: string | undefined) => void
  readonly label: string
}): ReactElement {
  const low = Math.min(0, ...bars.map(({ value, sd = 0 }) => value - sd))
  const high = Math.max(0, ...bars.map(({ value, sd = 0 }) => value + sd))
  const part = (value: number): number => (high === low ? 0 : (100 * (value - low)) / (high - low))

  return (
    <ul className={css.bars} aria-label={label}>
      {bars
        .toSorted((a, b) => b.value - a.value)
        .map(({ key, label: name, look, value, sd }) => (
          <li
            key={key}
            className={key === hovered ? css.hovered : ''}
            onPointerEnter={() => onHover(key)}
            onPointerLeave={() => onHover(undefined)}
          >
            <span className="clip" title={name}>
              <NumberedName text={name} />
            </span>
            <svg height="14" width="100%" aria-hidden="true">
              <rect
                x={`${part(Math.min(0, value))}%`}
                y="2"
                width={`${part(Math.max(0, value)) - part(Math.min(0, value))}%`}
                height="10"
                fill={`var(${look?.color ?? '--ink-3'})`}
              />
              {sd !== undefined && (
                <line x1={`${part(value - sd)}%`} x2={`${part(value + sd)}%`} y1="7" y2="7" stroke="var(--ink)" />
              )}
              <line x1={`${part(0)}%`} x2={`${part(0)}%`} y1="0" y2="14" stroke="var(--axis)" />
            </svg>
            <span className="num">
              {formatNumber(value)}
              {sd !== undefined && <span className="dim small"> ± {formatNumber(sd, 3)}</span>}
            </span>
          </li>
        ))}
      {bars.length === 0 && <li className="dim">{t('no_figures')}</li>}
    </ul>
  )
}
