import type { ReactElement } from 'react'

import type { CountsView } from '../../../../../src/contract/charts.ts'
import { t } from '../../../texts/texts.ts'
import css from './filter-bar.module.css'
import { FilterField } from './filter-field.tsx'
import { FilterForm } from './filter-form.tsx'
import { PhaseToggles } from './phase-toggles.tsx'
import { useFilterText } from './use-filter-text.ts'

interface FilterBarProps {
  readonly project: string
  readonly filter: string
  readonly phases: readonly string[]
  readonly counts: CountsView | undefined
  readonly error: Error | undefined
  /**
   * Metrics and parameters in the filter or the sort order that no run has, as
   * `NAME → SIMILAR` if a similar name exists.
   */
  readonly hints: readonly string[]
  readonly onFilter: (filter: string) => void
  readonly onPhases: (phases: readonly string[]) => void
}

/**
 * The filter as a text field with completion and the number of matching runs. Beside the field are a form for single
 * conditions and a toggle for each phase.
 */
export function FilterBar(props: FilterBarProps): ReactElement {
  const { project, filter, phases, counts, error, hints, onFilter, onPhases } = props
  const [text, setText] = useFilterText(filter, onFilter)

  return (
    <div className={css.bar}>
      <FilterField
        text={text}
        matchCount={counts?.total}
        isInvalid={error !== undefined}
        onText={setText}
        onSubmit={() => onFilter(text)}
      />
      <FilterForm
        project={project}
        filter={text}
        onFilter={(next) => {
          setText(next)
          onFilter(next)
        }}
      />
      <PhaseToggles phases={phases} counts={counts} onPhases={onPhases} />
      {error ? (
        <p className={`${css.message} bad`} role="alert">
          {error.message}
        </p>
      ) : (
        hints.length > 0 && <p className={`${css.message} mid`}>{t('unknown_names', { names: hints.join(', ') })}</p>
      )}
    </div>
  )
}
