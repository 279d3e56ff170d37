import type { ReactElement } from 'react'

import { Icon } from './icons.tsx'
import type { IconName } from './icons.tsx'

/** A button that shows only an icon. `label` is its tooltip and its name for screen readers. */
export function IconButton({
  name,
  label,
  onClick,
  isPressed,
}: {
  readonly name: IconName
  readonly label: string
  readonly onClick: () => void
  readonly isPressed?: boolean
}): ReactElement {
  return (
    <button
      type="button"
      className="icon"
      aria-label={label}
      title={label}
      {...(isPressed !== undefined && { 'aria-pressed': isPressed })}
      onClick={onClick}
    >
      <Icon name={name} size={15} />
    </button>
  )
}
