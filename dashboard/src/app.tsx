import { lazy, Suspense } from 'react'
import type { ReactElement } from 'react'
import { useQuery } from '@tanstack/react-query'

import { ApiError, call } from './api/client.ts'
import { useLive } from './api/live.ts'
import type { CountsView } from '../../src/contract/charts.ts'
import { Bar } from './bar.tsx'
import { Keys } from './keys.tsx'
import { Home } from './pages/home.tsx'
import { Projects } from './pages/projects.tsx'
import { Runs } from './pages/runs.tsx'
import { SignIn } from './pages/sign-in.tsx'
import { match, usePlace } from './state/location.ts'
import { t } from './texts/texts.ts'
import { Toasts } from './ui/controls.tsx'
import { Empty, Failure, Loading } from './ui/states.tsx'

const Run = lazy(async () => ({ default: (await import('./pages/run.tsx')).Run }))
const Sweeps = lazy(async () => ({ default: (await import('./pages/sweeps.tsx')).Sweeps }))
const Sweep = lazy(async () => ({ default: (await import('./pages/sweep.tsx')).Sweep }))
const Compare = lazy(async () => ({ default: (await import('./pages/compare.tsx')).Compare }))
const Create = lazy(async () => ({ default: (await import('./pages/create.tsx')).Create }))
const Settings = lazy(async () => ({ default: (await import('./pages/settings.tsx')).Settings }))
const Health = lazy(async () => ({ default: (await import('./pages/health.tsx')).Health }))

/** The session is asked for with the first figures that the bar shows. */
export function App(): ReactElement {
  const { path } = usePlace()
  const session = useQuery({ queryKey: ['runs', 'counts', ''], queryFn: () => call<CountsView>('/runs/counts'), enabled: path !== '/sign-in' })
  if (path === '/sign-in' || (session.error instanceof ApiError && session.error.status === 401)) return <SignIn />
  if (session.error && !session.data) return <Failure error={session.error} onRetry={() => void session.refetch()} />
  return <Signed counts={session.data} />
}

function Signed({ counts }: { readonly counts: CountsView | undefined }): ReactElement {
  useLive()
  return (
    <>
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      <Bar counts={counts} />
      <main id="main">
        <Suspense fallback={<Loading what={t('this_page')} />}>
          <Page />
        </Suspense>
      </main>
      <Keys />
      <Toasts />
    </>
  )
}

function Page(): ReactElement {
  const { path } = usePlace()
  const at = (pattern: string): Record<string, string> | undefined => match(pattern, path)
  if (at('/')) return <Home />
  if (at('/projects')) return <Projects />
  if (at('/settings')) return <Settings />
  if (at('/health')) return <Health />
  const runs = at('/p/:project/runs')
  if (runs) return <Runs key={runs['project']} project={runs['project'] ?? ''} />
  const run = at('/p/:project/runs/:run/:tab?')
  if (run) return <Run key={run['run']} project={run['project']!} number={run['run'] ?? ''} tab={run['tab'] ?? 'overview'} />
  const sweeps = at('/p/:project/sweeps')
  if (sweeps) return <Sweeps project={sweeps['project']!} />
  const sweep = at('/p/:project/sweeps/:sweep/:tab?')
  if (sweep) return <Sweep key={sweep['sweep']} project={sweep['project']!} number={sweep['sweep'] ?? ''} tab={sweep['tab'] ?? 'overview'} />
  const compare = at('/p/:project/compare')
  if (compare) return <Compare project={compare['project']!} />
  const create = at('/p/:project/new')
  if (create) return <Create project={create['project']!} />
  return <Empty title={t('no_page')} text={t('no_page_why')} />
}
