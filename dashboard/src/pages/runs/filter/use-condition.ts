import { useState } from 'react'

import { takesNoValue } from './conditions.ts'
import type { Operator } from './conditions.ts'

/** A condition that is being written in the form, and functions that change its parts. */
export interface ConditionDraft {
  readonly field: string
  readonly operator: Operator
  readonly value: string
  readonly setField: (field: string) => void
  readonly setOperator: (operator: Operator) => void
  readonly setValue: (value: string) => void
  /** Whether the field is filled in, and also the value unless the operator takes none. */
  readonly isComplete: boolean
}

/** Returns the condition that is being written in the form. The condition starts as `phase =` with an empty value. */
export function useCondition(): ConditionDraft {
  const [field, setField] = useState('phase')
  const [operator, setOperator] = useState<Operator>('=')
  const [value, setValue] = useState('')
  const isComplete = field.trim() !== '' && (takesNoValue(operator) || value.trim() !== '')
  return { field, operator, value, setField, setOperator, setValue, isComplete }
}
