import { useEffect, useId, useRef, useState } from 'react'
import type { ReactElement, ReactNode } from 'react'

import { t } from '../texts/texts.ts'
import { navigate } from '../state/location.ts'
import { dismissToast, toast, useToasts } from './toasts.ts'
import { Icon } from './icons.tsx'
import type { IconName } from './icons.tsx'

/**
 * A link inside the dashboard. A plain click changes the page without loading it; other clicks open a new tab or window
 * as on any link.
 */
export function Link({
  to,
  children,
  className,
  ...rest
}: {
  readonly to: string
  readonly children: ReactNode
  readonly className?: string
  readonly 'aria-label'?: string
  readonly 'aria-current'?: 'page' | undefined
  readonly title?: string
}): ReactElement {
  return (
    <a
      href={to}
      {...(className !== undefined && { className })}
      {...rest}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
        event.preventDefault()
        navigate(to)
      }}
    >
      {children}
    </a>
  )
}

/** A labelled checkbox row. `children` follow the name. */
export function CheckboxRow({
  name,
  isOn,
  onToggle,
  children,
}: {
  readonly name: string
  readonly isOn: boolean
  readonly onToggle: () => void
  readonly children?: ReactNode
}): ReactElement {
  return (
    <li>
      <label>
        <input type="checkbox" className="check" checked={isOn} onChange={onToggle} />
        <span className="clip grow">{name}</span>
        {children}
      </label>
    </li>
  )
}

/** A button with an icon alone. `label` is its tooltip and its name for screen readers. */
export function IconButton({
  name,
  label,
  onClick,
  isPressed,
}: {
  readonly name: IconName
  readonly label: string
  readonly onClick: () => void
  readonly isPressed?: boolean
}): ReactElement {
  return (
    <button
      type="button"
      className="icon"
      aria-label={label}
      title={label}
      {...(isPressed !== undefined && { 'aria-pressed': isPressed })}
      onClick={onClick}
    >
      <Icon name={name} size={15} />
    </button>
  )
}

/** A button that copies a text to the clipboard. */
export function CopyButton({ text }: { readonly text: string }): ReactElement {
  return (
    <IconButton
      name="copy"
      label={t('copy')}
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => toast(t('copied')))
      }}
    />
  )
}

interface ChoiceMenuProps<T> {
  readonly label: ReactNode
  readonly choices: readonly (readonly [T, string])[]
  readonly value: T
  readonly onChoose: (value: T) => void
}

/** A menu with several choices, of which one is selected. */
export function ChoiceMenu<T extends string | number>({
  label,
  choices,
  value,
  onChoose,
}: ChoiceMenuProps<T>): ReactElement {
  return (
    <Menu label={label} isBare={false} side="left">
      {choices.map(([choice, text]) => (
        <button
          key={choice}
          type="button"
          role="menuitemradio"
          data-closes=""
          aria-checked={choice === value}
          onClick={() => onChoose(choice)}
        >
          <span className="clip">{text}</span>
        </button>
      ))}
    </Menu>
  )
}

/**
 * A button that opens a list below it. A click on an element with `data-closes`, a submitted form, a click elsewhere
 * and Escape close the list.
 */
export function Menu({
  label,
  icon,
  children,
  side = 'right',
  isBare = true,
}: {
  readonly label: ReactNode
  readonly icon?: IconName
  readonly children: ReactNode
  readonly side?: 'left' | 'right'
  readonly isBare?: boolean
}): ReactElement {
  const [isOpen, setOpen] = useState(false)
  const holder = useRef<HTMLSpanElement>(null)
  const id = useId()

  useEffect(() => {
    // Focuses the text field of a menu that has one, and selects its text.
    if (isOpen)
      holder.current?.querySelector<HTMLInputElement>('.menu input:not([type=checkbox]), .menu textarea')?.select()
  }, [isOpen])

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
  }, [isOpen])

  return (
    <span className="anchor" ref={holder}>
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
          className={`menu at-${side}`}
          onClick={(event) => (event.target as HTMLElement).closest('[data-closes]') && setOpen(false)}
          onSubmit={() => setOpen(false)}
        >
          {children}
        </div>
      )}
    </span>
  )
}

/** A row of buttons, one for each choice, of which one is selected. */
export function SegmentedControl<T extends string>({
  label,
  value,
  choices,
  onChoose,
}: {
  readonly label: string
  readonly value: T
  readonly choices: readonly (readonly [T, string])[]
  readonly onChoose: (value: T) => void
}): ReactElement {
  return (
    <div className="seg" role="group" aria-label={label}>
      {choices.map(([choice, text]) => (
        <button key={choice} type="button" aria-pressed={choice === value} onClick={() => onChoose(choice)}>
          {text}
        </button>
      ))}
    </div>
  )
}

/** A dialog that asks before something is lost or much is started. Its button repeats the verb of the action. */
export function ConfirmDialog({
  title,
  text,
  verb,
  isHarmless = false,
  onConfirm,
  onClose,
}: {
  readonly title: string
  readonly text: string
  readonly verb: string
  /** Whether the action loses nothing. Its button is then not shown as dangerous. */
  readonly isHarmless?: boolean
  readonly onConfirm: () => void
  readonly onClose: () => void
}): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])

  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="confirm-title">
      <h2 id="confirm-title">{title}</h2>
      <p>{text}</p>
      <div className="do">
        <button type="button" className="btn" onClick={onClose}>
          {t('cancel')}
        </button>
        <button
          type="button"
          className={isHarmless ? 'btn solid' : 'btn danger'}
          onClick={() => {
            onConfirm()
            onClose()
          }}
        >
          {verb}
        </button>
      </div>
    </dialog>
  )
}

/** Short messages about what was done, with a button to undo it where that is possible. */
export function Toasts(): ReactElement {
  const entries = useToasts()

  return (
    <div className="toasts" role="status">
      {entries.map(({ id, text, undo }) => (
        <div key={id} className="toast">
          <span>{text}</span>
          {undo && (
            <button
              type="button"
              onClick={() => {
                undo()
                dismissToast(id)
              }}
            >
              {t('undo')}
            </button>
          )}
        </div>
      ))}
    </div>
  )
}
