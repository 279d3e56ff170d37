import type { ReactElement } from 'react'

import { NavLinks } from './nav-links.tsx'

/** A tab of a page, with the number of its entries. */
export interface Tab {
  readonly key: string
  readonly text: string
  readonly count?: number | undefined
}

/** The tabs of a page, as links. */
export function Tabs({
  tabs,
  current,
  toPath,
  label,
}: {
  readonly tabs: readonly Tab[]
  readonly current: string
  readonly toPath: (key: string) => string
  readonly label: string
}): ReactElement {
  const links = tabs.map(({ key, text, count }) => ({ to: toPath(key), text, count, isCurrent: key === current }))
  return <NavLinks place="tabs" label={label} links={links} />
}
