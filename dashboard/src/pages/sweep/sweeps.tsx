import type { ReactElement } from 'react'

import { measureName } from '../../../../src/contract/measure.ts'
import { isSweepEnded } from '../../../../src/contract/phases.ts'
import type { SweepView } from '../../../../src/contract/sweep.ts'
import { useSweeps } from '../../api/sweeps.ts'
import { formatAge, formatDuration, formatNumber } from '../../format.ts'
import { paths, sweepName } from '../../paths.ts'
import { useNow } from '../../state/now.ts'
import { t } from '../../texts/texts.ts'
import { Empty } from '../../ui/empty.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Link } from '../../ui/link.tsx'
import { Loading } from '../../ui/loading.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { PhaseIcon, sweepShape } from '../../ui/phase.tsx'
import { useTitle } from '../../ui/use-title.ts'
import { SweepBar } from './sweep-bar.tsx'
import { countEnded } from './sweep-counts.ts'
import { methodText } from './sweep-texts.ts'
import css from './sweeps.module.css'
import { wallSecondsOf } from './time-left.ts'

/** The page of a project's sweeps, newest first, with the progress and the best value of each. */
export function Sweeps({ project }: { readonly project: string }): ReactElement {
  useTitle(t('sweeps'), project)
  const sweeps = useSweeps(project)
  if (sweeps.error && !sweeps.data) return <ErrorNotice error={sweeps.error} onRetry={() => void sweeps.refetch()} />
  if (!sweeps.data) return <Loading what={t('sweeps')} />

  return (
    <>
      <PageHead title={t('sweeps')}>
        <span className="grow" />
        <Link className="btn solid" to={paths.create(project)}>
          <Icon name="plus" />
          {t('new_sweep')}
        </Link>
      </PageHead>
      {sweeps.data.length === 0 ? (
        <Empty
          title={t('no_sweeps', { project })}
          text={t('no_sweeps_how')}
          command={`hagane run -f group.yml --project ${project}`}
        />
      ) : (
        <SweepTable sweeps={sweeps.data} />
      )}
    </>
  )
}

function SweepTable({ sweeps }: { readonly sweeps: readonly SweepView[] }): ReactElement {
  const now = useNow()

  return (
    <div className={`panel grow ${css.panel}`}>
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
          {sweeps.map((sweep) => (
            <SweepRow key={sweep.id} sweep={sweep} now={now} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function SweepRow({ sweep, now }: { readonly sweep: SweepView; readonly now: number }): ReactElement {
  const { best, trials } = sweep
  const failedCount = sweep.counts.failed ?? 0
  const isBusy = !isSweepEnded(sweep.phase) && !sweep.isPaused

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
      <td className="mid">{methodText(sweep)}</td>
      <td className="num">
        {best && (
          <>
            <span className="dim small">{measureName(best)} </span>
            {formatNumber(best.value)}
          </>
        )}
      </td>
      <td className={css.progress}>
        <SweepBar sweep={sweep} />
      </td>
      <td className="num">
        {countEnded(sweep).toLocaleString('en-US')}{' '}
        <span className="dim">/ {trials?.toLocaleString('en-US') ?? '∞'}</span>
      </td>
      <td className={failedCount > 0 ? 'num bad' : 'num'}>
        <span className={failedCount > 0 ? undefined : css.zero}>{failedCount}</span>
      </td>
      <td className={isBusy ? 'num hot' : 'num mid'}>{formatDuration(wallSecondsOf(sweep, now))}</td>
      <td className="num dim">{formatAge(sweep.createdAt, now)}</td>
    </tr>
  )
}
