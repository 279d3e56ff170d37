import type { ReactElement } from 'react'

import { formatDate, zoneName } from '../../format.ts'
import { useNow } from '../../state/now.ts'
import { t } from '../../texts/texts.ts'
import { Empty } from '../../ui/empty.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Loading } from '../../ui/loading.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { useTitle } from '../../ui/use-title.ts'
import { Failures } from './failures.tsx'
import css from './home.module.css'
import { ProjectList } from './project-list.tsx'
import { Running } from './running.tsx'
import { Slots } from './slots.tsx'
import { useHome } from './use-home.ts'
import { Waiting } from './waiting.tsx'

/**
 * The start page: running work, waiting work with the reasons, and the latest failures; beside them slots and projects.
 */
export function Home(): ReactElement {
  useTitle(t('home'))
  const now = useNow()
  const { data, error, retry } = useHome()

  if (error) return <ErrorNotice error={error} onRetry={retry} />
  if (!data) return <Loading what={t('home')} />

  return (
    <>
      <PageHead title={t('home')}>
        <span className="dim small">
          {formatDate(now)} {zoneName()}
        </span>
      </PageHead>
      <div className={css.columns}>
        <div>
          {data.isNew && (
            <Empty title={t('no_runs_anywhere')} text={t('no_runs_how')} command="hagane run -f group.yml" />
          )}
          <Running {...data} now={now} />
          <Waiting waiting={data.waiting} now={now} />
          <Failures failed={data.failed} now={now} />
        </div>
        <aside>
          <Slots />
          <ProjectList />
        </aside>
      </div>
    </>
  )
}
