import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { ReactElement } from 'react'

import { call } from '../../api/client.ts'
import { useNames } from '../../api/queries.ts'
import { toQuery } from '../../api/to-query.ts'
import { t } from '../../texts/texts.ts'
import { IconButton, Menu } from '../../ui/controls.tsx'
import { columnFor } from './columns.ts'
import { conditionsOf, takesNoValue, OPERATORS, withCondition, writeCondition } from './conditions.ts'
import type { Operator } from './conditions.ts'

const RUN_FIELDS = [
  'phase',
  'name',
  'tag',
  'created',
  'started',
  'ended',
  'duration',
  'reason',
  'sweep',
  'number',
  'branch',
  'commit',
  'note',
] as const
const OFFERED_MAX = 500

interface FormProps {
  readonly project: string
  readonly filter: string
  readonly onFilter: (filter: string) => void
}

/**
 * A menu that edits a filter without its language: its conditions, each with a button to remove it, and a form to add
 * one.
 */
export function FilterForm(props: FormProps): ReactElement {
  return (
    <Menu label={t('conditions')} icon="plus">
      <Form {...props} />
    </Menu>
  )
}

function Form({ project, filter, onFilter }: FormProps): ReactElement {
  const { data: names } = useNames(project)
  const [field, setField] = useState('phase')
  const [operator, setOperator] = useState<Operator>('=')
  const [value, setValue] = useState('')
  const list = useId()

  const values = useQuery({
    queryKey: ['completions', 'value', field],
    queryFn: ({ signal }) =>
      call<{ suggestions: readonly { text: string }[] }>(`/filter/completions${toQuery({ text: `${field} = ` })}`, {
        signal,
      }),
    enabled: !takesNoValue(operator),
  })

  const fields = [
    ...RUN_FIELDS,
    ...(names?.metrics ?? []).map(({ name }) => columnFor('metric', name)),
    ...(names?.params ?? []).map(({ name }) => columnFor('param', name)),
  ]

  const conditions = conditionsOf(filter)

  return (
    <form
      className="picker"
      aria-label={t('conditions')}
      onSubmit={(event) => {
        event.preventDefault()
        // Keeps the menu open, which closes on submit: most filters have several conditions.
        event.stopPropagation()
        onFilter(withCondition(filter, writeCondition(field, operator, value.trim())))
        setValue('')
      }}
    >
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
      <label>
        <span>{t('field')}</span>
        <input
          className="field grow"
          list={`${list}-fields`}
          aria-label={t('field')}
          value={field}
          onChange={(event) => setField(event.target.value)}
        />
      </label>
      <datalist id={`${list}-fields`}>
        {fields.slice(0, OFFERED_MAX).map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <label>
        <span>{t('comparison')}</span>
        <select
          className="field grow"
          aria-label={t('comparison')}
          value={operator}
          onChange={(event) => setOperator(event.target.value as Operator)}
        >
          {OPERATORS.map((one) => (
            <option key={one} value={one}>
              {t(`operator_${one}`)}
            </option>
          ))}
        </select>
      </label>
      {!takesNoValue(operator) && (
        <label>
          <span>{t('value')}</span>
          <input
            className="field grow"
            list={list}
            aria-label={t('value')}
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
        </label>
      )}
      <datalist id={list}>
        {values.data?.suggestions.map(({ text }) => (
          <option key={text} value={text.replace(/^"(.*)"$/s, '$1')} />
        ))}
      </datalist>
      <button
        type="submit"
        className="btn"
        disabled={field.trim() === '' || (!takesNoValue(operator) && value.trim() === '')}
      >
        {t('add_condition')}
      </button>
    </form>
  )
}
