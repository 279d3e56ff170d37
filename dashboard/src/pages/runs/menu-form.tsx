import type { ReactElement } from 'react'

import css from './menu-form.module.css'

/** A form with one text field and a button, for use in a menu. */
export function MenuForm({
  label,
  verb,
  value,
  onChange,
  onSubmit,
}: {
  readonly label: string
  /** Text of the button that submits the form. */
  readonly verb: string
  readonly value: string
  readonly onChange: (value: string) => void
  /** Called with the trimmed text. */
  readonly onSubmit: (value: string) => void
}): ReactElement {
  return (
    <form
      className={`name ${css.form}`}
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit(value.trim())
      }}
    >
      <input
        className="field grow"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <button type="submit" className="btn" disabled={value.trim() === ''}>
        {verb}
      </button>
    </form>
  )
}
