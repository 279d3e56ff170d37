import type { ReactElement } from 'react'

import { isSweepEnded } from '../../../../src/contract/phases.ts'
import { measureName } from '../../../../src/contract/measure.ts'
import type { SweepView } from '../../../../src/contract/sweep.ts'
import { useSweeps } from '../../api/queries.ts'
import { formatAge, formatDuration, formatNumber } from '../../format.ts'
import { paths, sweepName } from '../../paths.ts'
import { useNow } from '../../state/now.ts'
import { t } from '../../texts/texts.ts'
import { Link } from '../../ui/controls.tsx'
import { Icon } from '../../ui/icons.tsx'
import { useTitle } from '../../ui/page.tsx'
import { PhaseIcon, sweepShape } from '../../ui/phase.tsx'
import { Empty, ErrorNotice, Loading } from '../../ui/states.tsx'

/** The page of a project's sweeps, newest first, with the progress and the best value of each. */
export function Sweeps({ project }: { readonly project: string }): ReactElement {
  useTitle(t('sweeps'), project)
  const now = useNow()
  const sweeps = useSweeps(project)
  if (sweeps.error && !sweeps.data) return <ErrorNotice error={sweeps.error} onRetry={() => void sweeps.refetch()} />
  if (!sweeps.data) return <Loading what={t('sweeps')} />

  return (
    <>
      <div className="head">
        <h1>{t('sweeps')}</h1>
        <span className="grow" />
        <Link className="btn solid" to={paths.create(project)}>
          <Icon name="plus" />
          {t('new_sweep')}
        </Link>
      </div>
      {sweeps.data.length === 0 ? (
        <Empty
          title={t('no_sweeps', { project })}
          text={t('no_sweeps_how')}
          command={`hagane run -f group.yml --project ${project}`}
        />
      ) : (
        <div className="panel grow sideways">
          <table className="tbl">
            <thead>
              <tr>
                <th>{t('name')}</th>
                <th>{t('method')}</th>
                <th className="num">{t('best')}</th>
                <th>{t('progress')}</th>
                <th className="num">{t('trials')}</th>
                <th className="num">{t('failed')}</th>
                <th className="num">{t('duration')}</th>
                <th className="num">{t('created')}</th>
              </tr>
            </thead>
            <tbody>
              {sweeps.data.map((sweep) => (
                <Row key={sweep.id} sweep={sweep} now={now} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  )
}

function Row({ sweep, now }: { readonly sweep: SweepView; readonly now: number }): ReactElement {
  const { best, counts, trials } = sweep
  const endedCount = countEnded(sweep)
  const isOpen = !isSweepEnded(sweep.phase)

  return (
    <tr>
      <td>
        <span className="name">
          <PhaseIcon phase={sweepShape(sweep.phase, sweep.isPaused)} />
          <Link className="clip ink" to={paths.sweep(sweep.project, sweep.number)}>
            {sweepName(sweep)}
          </Link>
          {sweep.name !== null && <span className="dim small">#{sweep.number}</span>}
        </span>
      </td>
      <td className="mid">{sweep.choice ? `${sweep.method} → ${sweep.choice.method}` : sweep.method}</td>
      <td className="num">
        {best && (
          <>
            <span className="dim small">{measureName(best)} </span>
            {formatNumber(best.value)}
          </>
        )}
      </td>
      <td style={{ width: 160 }}>
        <SweepBar sweep={sweep} />
      </td>
      <td className="num">
        {endedCount.toLocaleString('en-US')} <span className="dim">/ {trials?.toLocaleString('en-US') ?? '∞'}</span>
      </td>
      <td className={(counts.failed ?? 0) > 0 ? 'num bad' : 'num'}>
        <span className={(counts.failed ?? 0) > 0 ? undefined : 'zero'}>{counts.failed ?? 0}</span>
      </td>
      <td className={isOpen && !sweep.isPaused ? 'num hot' : 'num mid'}>
        {formatDuration(((sweep.endedAt ? Date.parse(sweep.endedAt) : now) - Date.parse(sweep.createdAt)) / 1000)}
      </td>
      <td className="num dim">{formatAge(sweep.createdAt, now)}</td>
    </tr>
  )
}

/** Returns the number of trials in each part of a sweep's bar, by the CSS variable of its colour. */
function barPartsOf({ counts, ends }: SweepView): Readonly<Record<string, number>> {
  return {
    '--ph-succeeded': ends.finished,
    '--accent-2': ends.early,
    '--ph-stopped': ends.stopped,
    '--ph-failed': counts.failed ?? 0,
    '--heat-mark': counts.running ?? 0,
    '--line-3': counts.paused ?? 0,
  }
}

/**
 * A bar of a sweep's progress: its trials by how they ended or what they do now, out of all trials that it will run.
 */
export function SweepBar({ sweep }: { readonly sweep: SweepView }): ReactElement {
  const { trials, concurrency } = sweep
  const parts = Object.entries(barPartsOf(sweep))
  const total = parts.reduce((sum, [, n]) => sum + n, 0)
  const all = Math.max(1, trials ?? 0, total)

  return (
    <span
      className="stack"
      role="img"
      aria-label={t('sweep_line', { done: countEnded(sweep), trials: trials ?? '∞', concurrency })}
    >
      {parts.map(([color, n]) => (
        <i key={color} style={{ width: `${(100 * n) / all}%`, background: `var(${color})` }} />
      ))}
    </span>
  )
}

/** Number of trials that succeeded, failed or were stopped. */
export function countEnded({ counts }: Pick<SweepView, 'counts'>): number {
  return (counts.succeeded ?? 0) + (counts.failed ?? 0) + (counts.stopped ?? 0)
}
