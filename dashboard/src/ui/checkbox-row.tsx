import type { ReactElement, ReactNode } from 'react'

/** A labelled checkbox row. `children` follow the name. */
export function CheckboxRow({
  name,
  isOn,
  onToggle,
  children,
}: {
  readonly name: string
  readonly isOn: boolean
  readonly onToggle: () => void
  readonly children?: ReactNode
}): ReactElement {
  return (
    <li>
      <label>
        <input type="checkbox" className="check" checked={isOn} onChange={onToggle} />
        <span className="clip grow">{name}</span>
        {children}
      </label>
    </li>
  )
}
