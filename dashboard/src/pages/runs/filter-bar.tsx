import { useQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { ReactElement } from 'react'

import type { CountsView } from '../../../../src/contract/charts.ts'
import { RUN_PHASES } from '../../../../src/contract/phases.ts'
import { call } from '../../api/client.ts'
import { toQuery } from '../../api/to-query.ts'
import { t } from '../../texts/texts.ts'
import { IconButton } from '../../ui/controls.tsx'
import { Icon } from '../../ui/icons.tsx'
import { PhaseIcon } from '../../ui/phase.tsx'
import { FilterForm } from './filter-form.tsx'

interface Completions {
  /** Where in the text a suggestion begins; it replaces the text from there on. */
  readonly start: number
  readonly suggestions: readonly { readonly text: string; readonly count: number | null }[]
}

export interface FilterBarProps {
  readonly project: string
  readonly filter: string
  readonly phases: readonly string[]
  readonly counts: CountsView | undefined
  readonly error: Error | undefined
  /** Metrics and params in the filter or the order that no run has, each with the nearest existing name. */
  readonly hints: readonly string[]
  readonly onFilter: (filter: string) => void
  readonly onPhases: (phases: readonly string[]) => void
}

const APPLY_AFTER_MS = 120

/**
 * The filter as a text field with completion and the number of matching runs; beside it a form and a toggle for each
 * phase.
 */
export function FilterBar({
  project,
  filter,
  phases,
  counts,
  error,
  hints,
  onFilter,
  onPhases,
}: FilterBarProps): ReactElement {
  const [text, setText] = useState(filter)
  const [isFocused, setFocused] = useState(false)
  const [highlighted, setChosen] = useState(-1)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => setText(filter), [filter])
  // Debounced: the filter is applied when typing pauses, with the props of that time.
  const apply = useEffectEvent(() => text !== filter && onFilter(text))

  useEffect(() => {
    const timer = setTimeout(() => apply(), APPLY_AFTER_MS)
    return () => clearTimeout(timer)
  }, [text])

  const { data } = useQuery({
    queryKey: ['completions', text],
    queryFn: ({ signal }) => call<Completions>(`/filter/completions${toQuery({ text })}`, { signal }),
    enabled: isFocused,
  })
  const suggestions = isFocused ? (data?.suggestions ?? []) : []

  const accept = (suggestion: string): void => {
    setText(`${text.slice(0, data!.start)}${suggestion} `)
    setChosen(-1)
    input.current?.focus()
  }

  return (
    <div className="filter">
      <div className={error ? 'q invalid' : 'q'}>
        <Icon name="filter" />
        <input
          ref={input}
          data-filter=""
          role="combobox"
          aria-label={t('filter')}
          aria-expanded={suggestions.length > 0}
          aria-controls="completions"
          aria-invalid={error !== undefined}
          aria-activedescendant={highlighted >= 0 ? `completion-${highlighted}` : undefined}
          placeholder={t('filter_example')}
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setChosen(-1)
          }}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return
            if (event.key === 'ArrowDown') setChosen(Math.min(suggestions.length - 1, highlighted + 1))
            else if (event.key === 'ArrowUp') setChosen(Math.max(-1, highlighted - 1))
            else if ((event.key === 'Tab' || event.key === 'Enter') && suggestions[highlighted])
              accept(suggestions[highlighted].text)
            else if (event.key === 'Enter') onFilter(text)
            else if (event.key === 'Escape') input.current?.blur()
            else return
            event.preventDefault()
          }}
        />
        <span className="dim small" role="status">
          {counts && t('matching', { n: counts.total })}
        </span>
        {text !== '' && <IconButton name="cross" label={t('clear_filter')} onClick={() => setText('')} />}
        {suggestions.length > 0 && (
          <ul id="completions" className="menu at-left completions" role="listbox" aria-label={t('filter')}>
            {suggestions.map((suggestion, i) => (
              <li
                key={suggestion.text}
                id={`completion-${i}`}
                role="option"
                aria-selected={i === highlighted}
                onPointerDown={(event) => {
                  event.preventDefault()
                  accept(suggestion.text)
                }}
              >
                <span className="mono grow">{suggestion.text}</span>
                {suggestion.count !== null && (
                  <span className="dim small">{suggestion.count.toLocaleString('en-US')}</span>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
      <FilterForm
        project={project}
        filter={text}
        onFilter={(next) => {
          setText(next)
          onFilter(next)
        }}
      />
      <div className="phases" role="group" aria-label={t('phases')}>
        {RUN_PHASES.filter((phase) => (counts?.phases[phase] ?? 0) > 0 || phases.includes(phase)).map((phase) => (
          <button
            key={phase}
            type="button"
            className="btn bare"
            aria-pressed={phases.includes(phase)}
            title={t(`phase_${phase}`)}
            onClick={() =>
              onPhases(phases.includes(phase) ? phases.filter((one) => one !== phase) : [...phases, phase])
            }
          >
            <PhaseIcon phase={phase} part={0.7} />
            {(counts?.phases[phase] ?? 0).toLocaleString('en-US')}
          </button>
        ))}
      </div>
      {error ? (
        <p className="said bad" role="alert">
          {error.message}
        </p>
      ) : (
        hints.length > 0 && <p className="said mid">{t('unknown_names', { names: hints.join(', ') })}</p>
      )}
    </div>
  )
}
