import { useEffect } from 'react'
import type { ReactElement, ReactNode } from 'react'

import { Link } from './controls.tsx'

/** Sets the title of the browser's tab while a page is shown. */
export function useTitle(...parts: readonly string[]): void {
  const text = [...parts, 'Hagane'].join(' · ')
  useEffect(() => {
    document.title = text
  }, [text])
}

/** The links above the title of a page that lead to the pages above it. */
export function Breadcrumbs({
  parts,
}: {
  readonly parts: readonly { readonly text: string; readonly to?: string }[]
}): ReactElement {
  return (
    <nav className="crumbs" aria-label="breadcrumb">
      {parts.map(({ text, to }, i) => (
        <span key={text}>
          {i > 0 && <span aria-hidden="true">/ </span>}
          {to === undefined ? text : <Link to={to}>{text}</Link>}
        </span>
      ))}
    </nav>
  )
}

/** A key figure of a page, with a line of small text below it. */
export interface Figure {
  readonly label: string
  readonly value: ReactNode
  readonly unit?: string
  readonly sub?: ReactNode
}

/** The key figures of a page, in the largest type. */
export function Figures({ figures }: { readonly figures: readonly (Figure | undefined | false)[] }): ReactElement {
  return (
    <dl className="figs">
      {figures.map(
        (figure) =>
          figure && (
            <div key={figure.label}>
              <dt>{figure.label}</dt>
              <dd>
                {figure.value}
                {figure.unit && <small>{figure.unit}</small>}
              </dd>
              <dd className="sub">{figure.sub}</dd>
            </div>
          ),
      )}
    </dl>
  )
}

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
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map(({ key, text, count }) => (
        <Link key={key} to={toPath(key)} aria-current={key === current ? 'page' : undefined}>
          {text}
          {count !== undefined && <span className="n">{count.toLocaleString('en-US')}</span>}
        </Link>
      ))}
    </nav>
  )
}

/** A list of names with their values. */
export function DefinitionList({ pairs }: { readonly pairs: readonly (readonly [string, ReactNode])[] }): ReactElement {
  return (
    <dl className="kv">
      {pairs.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt title={name}>{name}</dt>
          <dd title={typeof value === 'string' ? value : undefined}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
