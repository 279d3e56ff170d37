import type { ReactElement, ReactNode } from 'react'

import css from './facts-box.module.css'

/** Facts under headings: lists of names and values, and commands. `width`: `text` limits it to that of a text. */
export function FactsBox({
  element: Element = 'div',
  width = 'full',
  isFlush = false,
  children,
}: {
  readonly element?: 'div' | 'aside'
  readonly width?: 'full' | 'text'
  /** Whether the box has no space around its content, because it stands in a box that has. */
  readonly isFlush?: boolean
  readonly children: ReactNode
}): ReactElement {
  const classes = [css.box, width === 'text' && css.text, isFlush && css.flush]
  return <Element className={classes.filter(Boolean).join(' ')}>{children}</Element>
}
