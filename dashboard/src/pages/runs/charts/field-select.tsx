import { useState } from 'react'
import type { ReactElement } from 'react'

import { useNames } from '../../../api/charts.ts'
import { columnFor } from '../columns.ts'

const OFFERED_MAX = 500

interface FieldSelectProps {
  readonly project: string
  readonly label: string
  readonly value: string
  /**
   * Fields that are offered at first. The other fields of the project are loaded when the pointer enters the select or
   * the select gets the focus.
   */
  readonly fields: readonly string[]
  readonly onChange: (field: string) => void
}

/** A select for one field of runs: a metric or a parameter. */
export function FieldSelect({ project, label, value, fields, onChange }: FieldSelectProps): ReactElement {
  const [isEnabled, setEnabled] = useState(false)
  const { data } = useNames(project, isEnabled)
  const all = [
    value,
    ...fields,
    ...(data?.metrics ?? []).map(({ name }) => columnFor('metric', name)),
    ...(data?.params ?? []).map(({ name }) => columnFor('param', name)),
  ]

  return (
    <select
      className="field axis"
      aria-label={label}
      value={value}
      onFocus={() => setEnabled(true)}
      onPointerEnter={() => setEnabled(true)}
      onChange={(event) => onChange(event.target.value)}
    >
      {[...new Set(all)].slice(0, OFFERED_MAX).map((field) => (
        <option key={field}>{field}</option>
      ))}
    </select>
  )
}
