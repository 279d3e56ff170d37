import type { ReactElement, ReactNode } from 'react'

import css from './picker.module.css'

/** The content of a menu in which a person chooses from long lists. */
export function Picker({ children }: { readonly children: ReactNode }): ReactElement {
  return <div className={css.picker}>{children}</div>
}
