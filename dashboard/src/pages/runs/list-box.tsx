import type { ComponentProps, ReactElement } from 'react'

import css from './list-box.module.css'

/** The box in which the table of runs or of groups scrolls. */
export function ListBox(props: Omit<ComponentProps<'div'>, 'className'>): ReactElement {
  return <div {...props} className={css.box} />
}
