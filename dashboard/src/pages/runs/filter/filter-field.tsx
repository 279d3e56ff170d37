import { useRef, useState } from 'react'
import type { KeyboardEvent, ReactElement } from 'react'

import { useFilterCompletions } from '../../../api/runs.ts'
import { t } from '../../../texts/texts.ts'
import { IconButton } from '../../../ui/icon-button.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { CompletionList } from './completion-list.tsx'
import css from './filter-field.module.css'

interface FilterFieldProps {
  readonly text: string
  /** Number of runs that match the filter, in all phases; undefined until they are counted. */
  readonly matchCount: number | undefined
  readonly isInvalid: boolean
  readonly onText: (text: string) => void
  /** Called on Enter where no suggestion is highlighted. */
  readonly onSubmit: () => void
}

/**
 * The text field of the filter, a combobox: it suggests how the filter can continue. Arrow keys highlight a suggestion,
 * Tab and Enter accept the highlighted one.
 */
export function FilterField({ text, matchCount, isInvalid, onText, onSubmit }: FilterFieldProps): ReactElement {
  const [isFocused, setFocused] = useState(false)
  const [highlighted, setHighlighted] = useState(-1)
  const input = useRef<HTMLInputElement>(null)
  const { data } = useFilterCompletions(text, isFocused)
  const suggestions = isFocused ? (data?.suggestions ?? []) : []

  const change = (next: string): void => {
    onText(next)
    setHighlighted(-1)
  }

  const accept = (suggestion: string): void => {
    change(`${text.slice(0, data!.start)}${suggestion} `)
    input.current?.focus()
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return
    const suggestion = suggestions[highlighted]

    if (event.key === 'ArrowDown') setHighlighted(Math.min(suggestions.length - 1, highlighted + 1))
    else if (event.key === 'ArrowUp') setHighlighted(Math.max(-1, highlighted - 1))
    else if ((event.key === 'Tab' || event.key === 'Enter') && suggestion) accept(suggestion.text)
    else if (event.key === 'Enter') onSubmit()
    else if (event.key === 'Escape') input.current?.blur()
    else return
    event.preventDefault()
  }

  return (
    <div className={isInvalid ? `${css.box} ${css.invalid}` : css.box}>
      <Icon name="filter" />
      <input
        ref={input}
        data-filter=""
        role="combobox"
        aria-label={t('filter')}
        aria-expanded={suggestions.length > 0}
        aria-controls="completions"
        aria-invalid={isInvalid}
        aria-activedescendant={highlighted >= 0 ? `completion-${highlighted}` : undefined}
        placeholder={t('filter_example')}
        spellCheck={false}
        value={text}
        onChange={(event) => change(event.target.value)}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onKeyDown={onKeyDown}
      />
      <span className="dim small" role="status">
        {matchCount !== undefined && t('matching', { n: matchCount })}
      </span>
      {text !== '' && <IconButton name="cross" label={t('clear_filter')} onClick={() => onText('')} />}
      {suggestions.length > 0 && (
        <CompletionList suggestions={suggestions} highlighted={highlighted} onAccept={accept} />
      )}
    </div>
  )
}
