import type { ReactElement, ReactNode } from 'react'

import css from './definition-list.module.css'

/**
 * A list of names with their values. The tooltip of a name or value that is text
 * contains the whole text, in case it is cut.
 */
export function DefinitionList({
  pairs,
}: {
  readonly pairs: readonly (readonly [ReactNode, ReactNode])[]
}): ReactElement {
  return (
    <dl className={css.list}>
      {pairs.map(([name, value], i) => (
        <div key={typeof name === 'string' ? name : i} className={css.pair}>
          <dt title={textOf(name)}>{name}</dt>
          <dd title={textOf(value)}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function textOf(node: ReactNode): string | undefined {
  return typeof node === 'string' ? node : undefined
}
