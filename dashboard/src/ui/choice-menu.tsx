import type { ReactElement, ReactNode } from 'react'

import { Menu } from './menu.tsx'

interface ChoiceMenuProps<T> {
  readonly label: ReactNode
  readonly choices: readonly (readonly [T, string])[]
  readonly value: T
  readonly onChoose: (value: T) => void
}

/** A menu with several choices, of which one is selected. */
export function ChoiceMenu<T extends string | number>({
  label,
  choices,
  value,
  onChoose,
}: ChoiceMenuProps<T>): ReactElement {
  return (
    <Menu label={label} isBare={false} side="left">
      {choices.map(([choice, text]) => (
        <button
          key={choice}
          type="button"
          role="menuitemradio"
          data-closes=""
          aria-checked={choice === value}
          onClick={() => onChoose(choice)}
        >
          <span className="clip">{text}</span>
        </button>
      ))}
    </Menu>
  )
}
