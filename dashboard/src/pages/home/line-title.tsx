import type { ReactElement, ReactNode } from 'react'

import type { RunView } from '../../../../src/contract/run.ts'
import { paths, runName } from '../../paths.ts'
import { t } from '../../texts/texts.ts'
import { Link } from '../../ui/link.tsx'

/** The name of a run or a sweep as a link, with facts below it. */
export function LineTitle({
  to,
  name,
  children,
}: {
  readonly to: string
  readonly name: string
  readonly children: ReactNode
}): ReactElement {
  return (
    <div className="clip">
      <Link to={to}>
        <span className="ink">{name}</span>
      </Link>
      <div className="small dim clip">{children}</div>
    </div>
  )
}

/** The name of a run as a link, with its project, its kind and (if more than 1) its number of attempts below. */
export function RunTitle({ run }: { readonly run: RunView }): ReactElement {
  return (
    <LineTitle to={paths.run(run.project, run.number)} name={runName(run)}>
      {run.project} · {run.kind}
      {run.attemptCount > 1 && ` · ${t('attempt_n', { n: run.attemptCount })}`}
    </LineTitle>
  )
}
