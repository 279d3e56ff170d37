import { lazy, Suspense } from 'react'
import type { ReactElement } from 'react'

import { useSignedOut } from './api/client.ts'
import { useLive } from './api/live.ts'
import { Bar } from './bar.tsx'
import { Keys } from './keys.tsx'
import { Home } from './pages/home.tsx'
import { Projects } from './pages/projects.tsx'
import { Runs } from './pages/runs.tsx'
import { SignIn } from './pages/sign-in.tsx'
import { usePlace } from './state/location.ts'
import { match } from './state/match.ts'
import { t } from './texts/texts.ts'
import { Boundary } from './ui/boundary.tsx'
import { Toasts } from './ui/controls.tsx'
import { Empty, Loading } from './ui/states.tsx'

const Run = lazy(async () => ({ default: (await import('./pages/run.tsx')).Run }))
const Sweeps = lazy(async () => ({ default: (await import('./pages/sweeps.tsx')).Sweeps }))
const Sweep = lazy(async () => ({ default: (await import('./pages/sweep.tsx')).Sweep }))
const Compare = lazy(async () => ({ default: (await import('./pages/compare.tsx')).Compare }))
const Create = lazy(async () => ({ default: (await import('./pages/create.tsx')).Create }))
const Settings = lazy(async () => ({ default: (await import('./pages/settings.tsx')).Settings }))
const Health = lazy(async () => ({ default: (await import('./pages/health.tsx')).Health }))

/** The whole dashboard: the bar with the current page below it, or the sign-in page where there is no session. */
export function App(): ReactElement {
  const { path } = usePlace()
  const isSignedOut = useSignedOut()
  return path === '/sign-in' || isSignedOut ? <SignIn /> : <Signed />
}

/** All that a signed-in person sees: the bar, the page, the palette and short messages. */
function Signed(): ReactElement {
  useLive()
  const { path } = usePlace()

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
  const { path } = usePlace()
  const at = (pattern: string): Record<string, string> | undefined => match(pattern, path)

  if (at('/')) return <Home />
  if (at('/projects')) return <Projects />
  if (at('/settings')) return <Settings />
  if (at('/health')) return <Health />

  const runs = at('/p/:project/runs')
  if (runs) return <Runs key={runs['project']} project={runs['project'] ?? ''} />

  const run = at('/p/:project/runs/:run/:tab?')
  if (run)
    return <Run key={run['run']} project={run['project']!} number={run['run'] ?? ''} tab={run['tab'] ?? 'overview'} />

  const sweeps = at('/p/:project/sweeps')
  if (sweeps) return <Sweeps project={sweeps['project']!} />

  const sweep = at('/p/:project/sweeps/:sweep/:tab?')
  if (sweep)
    return (
      <Sweep
        key={sweep['sweep']}
        project={sweep['project']!}
        number={sweep['sweep'] ?? ''}
        tab={sweep['tab'] ?? 'overview'}
      />
    )

  const compare = at('/p/:project/compare')
  if (compare) return <Compare project={compare['project']!} />

  const create = at('/p/:project/new')
  if (create) return <Create project={create['project']!} />

  return <Empty title={t('no_page')} text={t('no_page_why')} />
}
