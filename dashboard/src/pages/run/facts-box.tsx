import type { ReactElement, ReactNode } from 'react'

import css from './facts-box.module.css'

/**
 * A box with facts under headings: lists of names and values, and commands. The width `text` is that of a readable line
 * of text.
 */
export function FactsBox({
  element: Element = 'div',
  width = 'full',
  isFlush = false,
  children,
}: {
  readonly element?: 'div' | 'aside'
  readonly width?: 'full' | 'text'
  /** Whether the box has no padding, because it is inside of a box that has padding. */
  readonly isFlush?: boolean
  readonly children: ReactNode
}): ReactElement {
  const classes = [css.box, width === 'text' && css.text, isFlush && css.flush]
  return <Element className={classes.filter(Boolean).join(' ')}>{children}</Element>
}
