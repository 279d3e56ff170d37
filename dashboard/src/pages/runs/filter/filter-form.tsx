import type { ReactElement } from 'react'

import { t } from '../../../texts/texts.ts'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Menu } from '../../../ui/menu.tsx'
import { Picker } from '../picker.tsx'
import { ConditionFields } from './condition-fields.tsx'
import { conditionsOf, withCondition, writeCondition } from './conditions.ts'
import { useCondition } from './use-condition.ts'

interface FilterFormProps {
  readonly project: string
  readonly filter: string
  readonly onFilter: (filter: string) => void
}

/**
 * A menu that edits a filter without typing the filter language: a list of its conditions, each with a button that
 * removes it, and a form that adds one.
 */
export function FilterForm(props: FilterFormProps): ReactElement {
  return (
    <Menu label={t('conditions')} icon="plus">
      <Form {...props} />
    </Menu>
  )
}

function Form({ project, filter, onFilter }: FilterFormProps): ReactElement {
  const condition = useCondition()
  const { field, operator, value } = condition

  return (
    <form
      aria-label={t('conditions')}
      onSubmit={(event) => {
        event.preventDefault()
        // Keeps the menu open for further conditions. `Menu` closes on a submit event that reaches it.
        event.stopPropagation()
        onFilter(withCondition(filter, writeCondition(field, operator, value.trim())))
        condition.setValue('')
      }}
    >
      <Picker>
        <ConditionList filter={filter} onFilter={onFilter} />
        <ConditionFields project={project} condition={condition} />
        <button type="submit" className="btn" disabled={!condition.isComplete}>
          {t('add_condition')}
        </button>
      </Picker>
    </form>
  )
}

/**
 * The conditions of a filter, each with a button that removes it. A filter with an `or`
 * outside parentheses is listed as one condition.
 */
function ConditionList({ filter, onFilter }: Pick<FilterFormProps, 'filter' | 'onFilter'>): ReactElement {
  const conditions = conditionsOf(filter)

  return (
    <ul>
      {(conditions ?? [filter]).map((condition, i) => (
        <li key={condition}>
          <span className="mono clip grow">{condition}</span>
          <IconButton
            name="cross"
            label={t('remove_condition', { text: condition })}
            onClick={() => onFilter((conditions ?? []).filter((_, at) => at !== i).join(' and '))}
          />
        </li>
      ))}
    </ul>
  )
}
