import { useId } from 'react'
import type { ReactElement } from 'react'

import { useNames } from '../../../api/charts.ts'
import { useFilterCompletions } from '../../../api/runs.ts'
import { t } from '../../../texts/texts.ts'
import { columnFor } from '../columns.ts'
import { OPERATORS, takesNoValue } from './conditions.ts'
import type { Operator } from './conditions.ts'
import type { ConditionDraft } from './use-condition.ts'

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

/** The inputs for one condition of a filter: a field of runs, a comparison, and a value if the comparison takes one. */
export function ConditionFields({
  project,
  condition: { field, operator, value, setField, setOperator, setValue },
}: {
  readonly project: string
  readonly condition: ConditionDraft
}): ReactElement {
  const { data: names } = useNames(project)
  const { data: completions } = useFilterCompletions(`${field} = `, !takesNoValue(operator))
  const list = useId()

  const fields = [
    ...RUN_FIELDS,
    ...(names?.metrics ?? []).map(({ name }) => columnFor('metric', name)),
    ...(names?.params ?? []).map(({ name }) => columnFor('param', name)),
  ]
  // Suggestions are quoted where the filter language requires it. The form shows values without quotes;
  // `writeCondition` adds the quotes.
  const values = (completions?.suggestions ?? []).map(({ text }) => text.replace(/^"(.*)"$/s, '$1'))

  return (
    <>
      <ListedField label={t('field')} list={`${list}-fields`} value={field} onChange={setField} />
      <Options id={`${list}-fields`} values={fields.slice(0, OFFERED_MAX)} />
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
      {!takesNoValue(operator) && <ListedField label={t('value')} list={list} value={value} onChange={setValue} />}
      <Options id={list} values={values} />
    </>
  )
}

/** A labelled text field with suggestions. `list` is the id of the `datalist` that contains them. */
function ListedField({
  label,
  list,
  value,
  onChange,
}: {
  readonly label: string
  readonly list: string
  readonly value: string
  readonly onChange: (value: string) => void
}): ReactElement {
  return (
    <label>
      <span>{label}</span>
      <input
        className="field grow"
        list={list}
        aria-label={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  )
}

function Options({ id, values }: { readonly id: string; readonly values: readonly string[] }): ReactElement {
  return (
    <datalist id={id}>
      {values.map((value) => (
        <option key={value} value={value} />
      ))}
    </datalist>
  )
}
