import type { ReactElement } from 'react'

import { t } from '../../texts/texts.ts'
import { NumberedName } from '../../ui/numbered-name.tsx'
import type { DrawnLine } from './drawn-line.ts'
import css from './line-labels.module.css'
import type { Line } from './lines.ts'

const LABELS_MAX = 12

/**
 * Names of the lines at the right edge, ordered by their last values, in place of a legend. `save-picture.ts` finds
 * them by `data-line-labels` and draws them into the picture of a chart.
 */
export function LineLabels({
  lines,
  hovered,
  onHover,
}: {
  readonly lines: readonly DrawnLine[]
  readonly hovered: string | undefined
  readonly onHover: ((key: string | undefined) => void) | undefined
}): ReactElement {
  const ordered = lines.toSorted((a, b) => lastOf(b.line) - lastOf(a.line))

  return (
    <ul className={css.labels} data-line-labels="" aria-hidden="true">
      {ordered.slice(0, LABELS_MAX).map(({ key, label, look }) => (
        <li
          key={key}
          className={key === hovered ? 'strong' : ''}
          onPointerEnter={() => onHover?.(key)}
          onPointerLeave={() => onHover?.(undefined)}
          title={label}
        >
          <svg width="12" height="8" viewBox="0 0 12 8">
            <path d="M0 4h12" stroke={`var(${look.color})`} strokeWidth="2.5" strokeDasharray={look.dash.join(' ')} />
          </svg>
          <NumberedName text={label} />
        </li>
      ))}
      {ordered.length > LABELS_MAX && <li>{t('and_more', { n: ordered.length - LABELS_MAX })}</li>}
    </ul>
  )
}

function lastOf({ y }: Line): number {
  return y.findLast((value) => value !== null) ?? -Infinity
}
