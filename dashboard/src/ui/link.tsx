import type { ReactElement, ReactNode } from 'react'

import { navigate } from '../state/location.ts'

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
  readonly className?: string | undefined
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
