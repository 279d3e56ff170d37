import type { Direction } from '../../../../src/contract/project.ts'
import type { ReactElement } from 'react'

import { t } from '../../texts/texts.ts'

const NEXT = { none: 'maximize', maximize: 'minimize', minimize: null } as const
const ARROWS = { none: '↕', maximize: '↑', minimize: '↓' } as const

interface DirectionButtonProps {
  readonly name: string
  readonly direction: Direction | undefined
  readonly onChange: (direction: Direction | null) => void
}

/**
 * A button that shows in which direction a metric is better. A click changes it from not set to higher, from higher to
 * lower, and from lower to not set.
 */
export function DirectionButton({ name, direction, onChange }: DirectionButtonProps): ReactElement {
  const current = direction ?? 'none'

  return (
    <button
      type="button"
      className="btn bare small"
      aria-label={t(`better_${current}`, { name })}
      title={t(`better_${current}`, { name })}
      onClick={() => onChange(NEXT[current])}
    >
      {ARROWS[current]}
    </button>
  )
}
