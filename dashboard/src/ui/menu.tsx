import { useEffect, useId, useRef, useState } from 'react'
import type { ReactElement, ReactNode, RefObject } from 'react'

import { Icon } from './icons.tsx'
import type { IconName } from './icons.tsx'
import css from './menu.module.css'

/**
 * A button that opens a list below or above it. A click on an element with `data-closes`, a submitted form, a click
 * outside the list and Escape close the list.
 */
export function Menu({
  label,
  icon,
  children,
  side = 'right',
  opens = 'down',
  isBare = true,
}: {
  readonly label: ReactNode
  readonly icon?: IconName
  readonly children: ReactNode
  /** The edge of the button with which the list is aligned. */
  readonly side?: 'left' | 'right'
  readonly opens?: 'down' | 'up'
  readonly isBare?: boolean
}): ReactElement {
  const [isOpen, setOpen] = useState(false)
  const holder = useRef<HTMLSpanElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const id = useId()

  useEffect(() => {
    // Focuses the first text field of the menu, if it has one, and selects its text.
    if (isOpen) list.current?.querySelector<HTMLInputElement>('input:not([type=checkbox]), textarea')?.select()
  }, [isOpen])
  useClosing(isOpen, setOpen, holder)

  return (
    <span className={css.anchor} ref={holder}>
      <button
        type="button"
        className={isBare ? 'btn bare' : 'btn'}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        {icon && <Icon name={icon} />}
        {label}
        <Icon name="down" size={13} />
      </button>
      {isOpen && (
        <div
          id={id}
          ref={list}
          className={['popup', css.list, side === 'left' && css.left, opens === 'up' && css.up]
            .filter(Boolean)
            .join(' ')}
          onClick={(event) => (event.target as HTMLElement).closest('[data-closes]') && setOpen(false)}
          onSubmit={() => setOpen(false)}
        >
          {children}
        </div>
      )}
    </span>
  )
}

/** Closes an open menu on a click outside of `holder` and on Escape. Escape also focuses the button of the menu. */
function useClosing(
  isOpen: boolean,
  setOpen: (isOpen: boolean) => void,
  holder: RefObject<HTMLSpanElement | null>,
): void {
  useEffect(() => {
    if (!isOpen) return undefined

    const onPointer = (event: PointerEvent): void => {
      if (!holder.current?.contains(event.target as Node)) setOpen(false)
    }
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      setOpen(false)
      holder.current?.querySelector('button')?.focus()
    }

    document.addEventListener('pointerdown', onPointer)
    document.addEventListener('keydown', onKey, true)

    return () => {
      document.removeEventListener('pointerdown', onPointer)
      document.removeEventListener('keydown', onKey, true)
    }
  }, [isOpen, setOpen, holder])
}
