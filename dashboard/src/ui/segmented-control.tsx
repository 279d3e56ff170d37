import type { ReactElement } from 'react'

import css from './segmented-control.module.css'

/** A row of buttons, one for each choice, of which one is selected. */
export function SegmentedControl<T extends string>({
  label,
  value,
  choices,
  onChoose,
}: {
  readonly label: string
  readonly value: T
  readonly choices: readonly (readonly [T, string])[]
  readonly onChoose: (value: T) => void
}): ReactElement {
  return (
    <div className={css.control} role="group" aria-label={label}>
      {choices.map(([choice, text]) => (
        <button key={choice} type="button" aria-pressed={choice === value} onClick={() => onChoose(choice)}>
          {text}
        </button>
      ))}
    </div>
  )
}
