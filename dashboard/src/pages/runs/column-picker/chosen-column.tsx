import type { ReactElement } from 'react'

import { t } from '../../../texts/texts.ts'
import { IconButton } from '../../../ui/icon-button.tsx'
import { columnFor, columnTitle, parseColumn, SUMMARIES } from '../columns.ts'
import type { Summary } from '../columns.ts'
import { PINNED_MAX } from '../runs-state.ts'
import { moveColumn } from '../table/table-layout.ts'
import type { ColumnPickerProps } from './column-picker.tsx'

/**
 * A column of the table in the column picker, with a select for the summary of a metric
 * and buttons that move, pin and remove the column.
 */
export function ChosenColumn({
  column,
  index,
  columns,
  pinned,
  onChange,
}: Omit<ColumnPickerProps, 'project'> & { readonly column: string; readonly index: number }): ReactElement {
  const field = parseColumn(column)
  const isPinned = pinned.includes(column)

  return (
    <li>
      <span className="clip grow">{columnTitle(column).name}</span>
      {field.kind === 'metric' && (
        <SummarySelect
          name={field.name}
          value={field.part}
          onChange={(part) => onChange({ columns: columns.with(index, columnFor('metric', field.name, part)) })}
        />
      )}
      {index > 0 && (
        <IconButton
          name="up"
          label={t('move_up')}
          onClick={() => onChange({ columns: moveColumn(columns, column, columns[index - 1]!) })}
        />
      )}
      <IconButton
        name="pin"
        label={t('pin_column', { name: column })}
        isPressed={isPinned}
        onClick={() =>
          onChange({
            pinned: isPinned ? pinned.filter((one) => one !== column) : [...pinned, column].slice(-PINNED_MAX),
          })
        }
      />
      <IconButton
        name="cross"
        label={t('remove_column', { name: column })}
        onClick={() => onChange({ columns: columns.filter((one) => one !== column) })}
      />
    </li>
  )
}

function SummarySelect({
  name,
  value,
  onChange,
}: {
  readonly name: string
  readonly value: Summary
  readonly onChange: (part: Summary) => void
}): ReactElement {
  return (
    <select
      aria-label={t('summary_of', { name })}
      value={value}
      onChange={(event) => onChange(event.target.value as Summary)}
    >
      {SUMMARIES.map((part) => (
        <option key={part}>{part}</option>
      ))}
    </select>
  )
}
