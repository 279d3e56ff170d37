import { useState } from 'react'
import type { ReactElement } from 'react'

import { Menu } from '../../../ui/menu.tsx'
import css from './number-menu.module.css'

/** Number in the field at first, if no current number is shown. */
const START = 10

/** A menu with a field for a whole number from 1 to `max`. `shown` is the current number, shown beside the label. */
export function NumberMenu({
  label,
  shown,
  verb,
  max,
  onSave,
}: {
  readonly label: string
  readonly shown?: number
  readonly verb: string
  readonly max: number
  readonly onSave: (value: number) => void
}): ReactElement {
  const [text, setText] = useState(String(shown ?? START))
  const value = Number(text)
  const isValid = Number.isInteger(value) && value >= 1 && value <= max

  return (
    <Menu
      isBare={false}
      label={
        <>
          {label} {shown !== undefined && <b className="strong">{shown}</b>}
        </>
      }
    >
      <form
        className={`name ${css.form}`}
        onSubmit={(event) => {
          event.preventDefault()
          if (isValid) onSave(value)
        }}
      >
        <input
          className="field"
          inputMode="numeric"
          aria-label={label}
          aria-invalid={!isValid}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="btn" disabled={!isValid}>
          {verb}
        </button>
      </form>
    </Menu>
  )
}
