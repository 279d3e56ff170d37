import { lazy, Suspense } from 'react'
import type { ReactElement } from 'react'

import { useIsSignedOut } from './api/client.ts'
import { useLive } from './api/live.ts'
import { Bar } from './bar.tsx'
import { Keys } from './keys.tsx'
import { Home } from './pages/home/home.tsx'
import { Projects } from './pages/projects/projects.tsx'
import { Runs } from './pages/runs/runs.tsx'
import { SignIn } from './pages/settings/sign-in.tsx'
import { usePageAddress } from './state/location.ts'
import { matchPath } from './state/match.ts'
import { t } from './texts/texts.ts'
import { Boundary } from './ui/boundary.tsx'
import { Toasts } from './ui/controls.tsx'
import { Empty, Loading } from './ui/states.tsx'

const Run = lazy(async () => ({ default: (await import('./pages/run/run.tsx')).Run }))
const Sweeps = lazy(async () => ({ default: (await import('./pages/sweep/sweeps.tsx')).Sweeps }))
const Sweep = lazy(async () => ({ default: (await import('./pages/sweep/sweep.tsx')).Sweep }))
const Compare = lazy(async () => ({ default: (await import('./pages/compare/compare.tsx')).Compare }))
const Create = lazy(async () => ({ default: (await import('./pages/create/create.tsx')).Create }))
const Settings = lazy(async () => ({ default: (await import('./pages/settings/settings.tsx')).Settings }))
const Health = lazy(async () => ({ default: (await import('./pages/health/health.tsx')).Health }))

/** The whole dashboard: the bar with the current page below it, or the sign-in page where there is no session. */
export function App(): ReactElement {
  const { path } = usePageAddress()
  const isSignedOut = useIsSignedOut()
  return path === '/sign-in' || isSignedOut ? <SignIn /> : <SignedInApp />
}

/** All that a signed-in person sees: the bar, the page, the palette and short messages. */
function SignedInApp(): ReactElement {
  useLive()
  const { path } = usePageAddress()

  return (
    <>
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      <Bar />
      <main id="main">
        <Boundary place={path}>
          <Suspense fallback={<Loading what={t('this_page')} />}>
            <Page />
          </Suspense>
        </Boundary>
      </main>
      <Keys />
      <Toasts />
    </>
  )
}

/** The page at the current path. */
function Page(): ReactElement {
  const { path } = usePageAddress()
  const paramsOf = (pattern: string): Record<string, string> | undefined => matchPath(pattern, path)

  if (paramsOf('/')) return <Home />
  if (paramsOf('/projects')) return <Projects />
  if (paramsOf('/settings')) return <Settings />
  if (paramsOf('/health')) return <Health />

  const runs = paramsOf('/p/:project/runs')
  if (runs) return <Runs key={runs['project']} project={runs['project'] ?? ''} />

  const run = paramsOf('/p/:project/runs/:run/:tab?')
  if (run)
    return <Run key={run['run']} project={run['project']!} number={run['run'] ?? ''} tab={run['tab'] ?? 'overview'} />

  const sweeps = paramsOf('/p/:project/sweeps')
  if (sweeps) return <Sweeps project={sweeps['project']!} />

  const sweep = paramsOf('/p/:project/sweeps/:sweep/:tab?')
  if (sweep)
    return (
      <Sweep
        key={sweep['sweep']}
        project={sweep['project']!}
        number={sweep['sweep'] ?? ''}
        tab={sweep['tab'] ?? 'overview'}
      />
    )

  const compare = paramsOf('/p/:project/compare')
  if (compare) return <Compare project={compare['project']!} />

  const create = paramsOf('/p/:project/new')
  if (create) return <Create project={create['project']!} />

  return <Empty title={t('no_page')} text={t('no_page_why')} />
}
