import type { ReactElement } from 'react'

import type { RunPageView } from '../../../../src/contract/routes/runs.ts'
import { formatAge } from '../../format.ts'
import { paths, runName } from '../../paths.ts'
import { t } from '../../texts/texts.ts'
import { Link } from '../../ui/link.tsx'
import { PhaseIcon } from '../../ui/phase.tsx'
import { Block, HiddenCount, NoEntries } from './block.tsx'
import { groupByCause } from './causes.ts'
import type { Cause } from './causes.ts'
import { Line } from './line.tsx'

const CAUSES_MAX = 6

/** The latest failures, a line for each cause. */
export function Failures({ failed, now }: { readonly failed: RunPageView; readonly now: number }): ReactElement {
  const causes = groupByCause(failed.runs).slice(0, CAUSES_MAX)

  return (
    <Block title={t('last_failures')} note={t('failures_count', { n: failed.total ?? 0 })}>
      {causes.map((cause) => (
        <FailureLine key={cause.runs[0]!.id} cause={cause} now={now} />
      ))}
      <HiddenCount n={(failed.total ?? 0) - causes.reduce((sum, { runs }) => sum + runs.length, 0)} />
      {failed.runs.length === 0 && <NoEntries text={t('nothing_failed')} />}
    </Block>
  )
}

/** A line for one cause of failures: its text, the number of runs, and the latest of them. */
function FailureLine({ cause: { text, runs }, now }: { readonly cause: Cause; readonly now: number }): ReactElement {
  const run = runs[0]!

  return (
    <Line kind="failure">
      <PhaseIcon phase="failed" />
      <div className="clip">
        <b className={run.cause === null ? 'strong clip' : 'strong mono clip'} title={text}>
          {text || t('phase_failed')}
        </b>
        <div className="small mid clip">
          {runs.length > 1 && `${t('failures_n', { n: runs.length })} · `}
          <Link to={paths.run(run.project, run.number)}>{runName(run)}</Link> · {run.project} ·{' '}
          {run.endedAt && formatAge(run.endedAt, now)}
        </div>
      </div>
      <Link className="btn" to={paths.create(run.project, run.number)}>
        {t('edit_and_run')}
      </Link>
      <Link to={paths.run(run.project, run.number, 'logs')}>{t('log')}</Link>
    </Line>
  )
}
