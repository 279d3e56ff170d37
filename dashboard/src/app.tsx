import { lazy, Suspense } from 'react'
import type { ReactElement } from 'react'

import { useIsSignedOut } from './api/client.ts'
import { useLive } from './api/live.ts'
import css from './app.module.css'
import { Bar } from './bar.tsx'
import { Keys } from './keys/keys.tsx'
import { Home } from './pages/home/home.tsx'
import { Projects } from './pages/projects/projects.tsx'
import { Runs } from './pages/runs/runs.tsx'
import { SignIn } from './pages/settings/sign-in.tsx'
import { paths } from './paths.ts'
import { FIRST_TAB, findPage } from './page-routes.ts'
import type { FoundPage, PageName, PageParams } from './page-routes.ts'
import { usePageAddress } from './state/location.ts'
import { t } from './texts/texts.ts'
import { Boundary } from './ui/boundary.tsx'
import { Empty } from './ui/empty.tsx'
import { Loading } from './ui/loading.tsx'
import { ToastList } from './ui/toast-list.tsx'

const Run = lazy(async () => ({ default: (await import('./pages/run/run.tsx')).Run }))
const Sweeps = lazy(async () => ({ default: (await import('./pages/sweep/sweeps.tsx')).Sweeps }))
const Sweep = lazy(async () => ({ default: (await import('./pages/sweep/sweep.tsx')).Sweep }))
const Compare = lazy(async () => ({ default: (await import('./pages/compare/compare.tsx')).Compare }))
const Create = lazy(async () => ({ default: (await import('./pages/create/create.tsx')).Create }))
const Settings = lazy(async () => ({ default: (await import('./pages/settings/settings.tsx')).Settings }))
const Health = lazy(async () => ({ default: (await import('./pages/health/health.tsx')).Health }))

/**
 * The whole dashboard: the bar with the current page below it. The sign-in page is shown instead at its own path, and
 * after the server has answered 401.
 */
export function App(): ReactElement {
  const { path } = usePageAddress()
  const isSignedOut = useIsSignedOut()
  return path === paths.signIn() || isSignedOut ? <SignIn /> : <SignedInApp />
}

/** The dashboard after sign-in: the bar, the page, the command palette and the toasts. */
function SignedInApp(): ReactElement {
  useLive()
  const { path } = usePageAddress()

  return (
    <>
      <a className={css.skip} href="#main">
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
      <ToastList />
    </>
  )
}

/** The page at the current path, or a note that there is no such page. */
function Page(): ReactElement {
  const { path } = usePageAddress()
  const page = findPage(path)
  return page ? renderPage(page) : <Empty title={t('no_page')} text={t('no_page_why')} />
}

function renderPage<P extends PageName>({ name, params }: FoundPage<P>): ReactElement {
  return PAGES[name](params)
}

const PAGES: { readonly [P in PageName]: (params: PageParams<P>) => ReactElement } = {
  home: () => <Home />,
  projects: () => <Projects />,
  settings: () => <Settings />,
  health: () => <Health />,
  runs: ({ project }) => <Runs key={project} project={project} />,
  run: ({ project, run, tab }) => <Run key={run} project={project} number={run} tab={tab ?? FIRST_TAB} />,
  sweeps: ({ project }) => <Sweeps project={project} />,
  sweep: ({ project, sweep, tab }) => <Sweep key={sweep} project={project} number={sweep} tab={tab ?? FIRST_TAB} />,
  compare: ({ project }) => <Compare project={project} />,
  create: ({ project }) => <Create project={project} />,
}
