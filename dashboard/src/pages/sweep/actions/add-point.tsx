import { useState } from 'react'
import type { ReactElement } from 'react'

import type { AxisView } from '../../../../../src/contract/charts.ts'
import type { SweepView } from '../../../../../src/contract/sweep.ts'
import { useTrials } from '../../../api/sweeps.ts'
import { t } from '../../../texts/texts.ts'
import { Menu } from '../../../ui/menu.tsx'
import css from './add-point.module.css'
import { fieldPlaceholder, toFieldText, toPoint } from './point-fields.ts'

/**
 * A menu with a form that adds a trial with chosen parameters to a sweep. The
 * fields start with the parameters of the best trial.
 */
export function AddPoint({
  sweep: { number, best },
  onAdd,
}: {
  readonly sweep: SweepView
  readonly onAdd: (params: Record<string, unknown>) => void
}): ReactElement {
  const { data } = useTrials(String(number))
  const [changed, setChanged] = useState<Readonly<Record<string, string>>>({})
  const axes = data?.axes ?? []
  const texts = Object.fromEntries(
    axes.map(({ name }) => [name, changed[name] ?? toFieldText(best?.params[name])] as const),
  )

  return (
    <Menu isBare={false} icon="plus" label={t('add_point')}>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault()
          onAdd(toPoint(texts))
        }}
      >
        {axes.map((axis) => (
          <ParamField
            key={axis.name}
            axis={axis}
            text={texts[axis.name]!}
            onChange={(text) => setChanged({ ...changed, [axis.name]: text })}
          />
        ))}
        <button type="submit" className="btn">
          {t('add')}
        </button>
      </form>
    </Menu>
  )
}

function ParamField({
  axis,
  text,
  onChange,
}: {
  readonly axis: AxisView
  readonly text: string
  readonly onChange: (text: string) => void
}): ReactElement {
  const { name, categories } = axis
  const listId = `values-${name}`

  return (
    <label>
      <span className="clip">{name}</span>
      <input
        className="field"
        list={categories.length > 0 ? listId : undefined}
        placeholder={fieldPlaceholder(axis)}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      />
      {categories.length > 0 && (
        <datalist id={listId}>
          {categories.map((category) => (
            <option key={category} value={category} />
          ))}
        </datalist>
      )}
    </label>
  )
}
