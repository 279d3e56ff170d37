import type { ReactElement } from 'react'

import type { Readout } from './cursor.ts'
import css from './readout-box.module.css'

/** Distance of the box from the cursor, in pixels. */
const APART_PX = 14

/** The values of lines at the cursor, in a box beside the cursor. */
export function ReadoutBox({
  readout: { x, left, isRight, rows },
  hovered,
}: {
  readonly readout: Readout
  readonly hovered: string | undefined
}): ReactElement {
  return (
    <div
      className={css.box}
      style={isRight ? { right: `calc(100% - ${left - APART_PX}px)` } : { left: left + APART_PX }}
    >
      <b>{x}</b>
      {rows.map(({ key, name, value, color, dash }) => (
        <div key={key} className={key === hovered ? 'strong' : ''}>
          <svg width="14" height="8" viewBox="0 0 14 8" aria-hidden="true">
            <path d="M0 4h14" stroke={`var(${color})`} strokeWidth="2.5" strokeDasharray={dash.join(' ')} />
          </svg>
          <span className="clip grow">{name}</span>
          <span>{value}</span>
        </div>
      ))}
    </div>
  )
}
