import { useEffect, useState } from 'react'
import type { ReactElement } from 'react'

import type { CountsView } from '../../src/contract/charts.ts'
import { useCounts } from './api/charts.ts'
import { useDisconnectedSince } from './api/live.ts'
import { useProjects } from './api/projects.ts'
import css from './bar.module.css'
import { formatClock, zoneName } from './format.ts'
import { globalPages, projectPages } from './nav.ts'
import { paths } from './paths.ts'
import { projectOf } from './page-routes.ts'
import { openPalette } from './shortcuts.ts'
import { usePageAddress } from './state/location.ts'
import { setPreference, shownTheme, usePreferences } from './state/preferences.ts'
import { t } from './texts/texts.ts'
import { IconButton } from './ui/icon-button.tsx'
import { Icon, Logo } from './ui/icons.tsx'
import { Link } from './ui/link.tsx'
import { Menu } from './ui/menu.tsx'
import { NavLinks } from './ui/nav-links.tsx'
import { PhaseIcon } from './ui/phase.tsx'

/**
 * The bar above every page: the project, links to pages, the button of the command palette, how many runs of all
 * projects are running and waiting, the time zone, and buttons for language, theme and settings.
 */
export function Bar(): ReactElement {
  const { data: counts } = useCounts({}, useIsSettled())
  const { path } = usePageAddress()
  const chosen = usePreferences()
  const project = projectOf(path)
  const [running, waiting] = [
    countInPhases(counts, ['running', 'starting', 'stopping']),
    countInPhases(counts, ['queued', 'preparing']),
  ]
  const theme = shownTheme(chosen)

  return (
    <>
      <div className={css.bar}>
        <Link className={css.mark} to={paths.home()}>
          <Logo />
          <span>Hagane</span>
          <span className="sr">{t('home')}</span>
        </Link>
        {project !== undefined && <ProjectSwitch project={project} />}
        <NavLinks
          place="bar"
          label={t('pages')}
          links={(project === undefined ? globalPages() : projectPages(project)).map(({ to, text, isCurrent }) => ({
            to,
            text,
            isCurrent: isCurrent(path),
          }))}
        />
        <div className={css.tools}>
          <button type="button" className={css.find} onClick={openPalette}>
            <Icon name="search" />
            <span>{t('find')}</span>
            <kbd>Ctrl K</kbd>
          </button>
          <Link className={css.live} to={paths.home()} aria-label={t('running_count', { n: running ?? '–' })}>
            <PhaseIcon phase="running" part={0.7} label="" />
            {running ?? '–'}
          </Link>
          <Link className={css.live} to={paths.home()} aria-label={t('waiting_count', { n: waiting ?? '–' })}>
            <PhaseIcon phase="queued" label="" />
            {waiting ?? '–'}
          </Link>
          <span className={css.zone}>{zoneName()}</span>
          <button
            type="button"
            className="btn bare small not-phone"
            lang={chosen.language === 'ja' ? 'en' : 'ja'}
            onClick={() => setPreference('language', chosen.language === 'ja' ? 'en' : 'ja')}
          >
            {chosen.language === 'ja' ? 'English' : '日本語'}
          </button>
          <span className="not-phone">
            <IconButton
              name={theme === 'dark' ? 'sun' : 'moon'}
              label={theme === 'dark' ? t('theme_light') : t('theme_dark')}
              onClick={() => setPreference('theme', theme === 'dark' ? 'light' : 'dark')}
            />
          </span>
          <Link className="icon" to={paths.settings()} aria-label={t('settings')}>
            <Icon name="gear" />
          </Link>
          <span className="only-phone">
            <Menu label="" icon="menu">
              {(project === undefined ? globalPages() : [...projectPages(project), ...globalPages()]).map(
                ({ to, text }) => (
                  <Link key={to} to={to}>
                    <span data-closes="">{text}</span>
                  </Link>
                ),
              )}
            </Menu>
          </span>
        </div>
      </div>
      <StaleNotice />
    </>
  )
}

const SETTLED_AFTER_MS = 1_500

/**
 * Whether 1.5 s have passed since the dashboard was opened. The counts of all projects are requested only then, after
 * the data of the page itself.
 */
function useIsSettled(): boolean {
  const [isSettled, setSettled] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), SETTLED_AFTER_MS)
    return () => clearTimeout(timer)
  }, [])
  return isSettled
}

/** A notice that live updates have been interrupted since a time; null while they work. */
function StaleNotice(): ReactElement | null {
  const since = useDisconnectedSince()
  if (since === undefined) return null
  return (
    <div className={css.stale} role="status">
      {t('not_live', { time: formatClock(since) })}
    </div>
  )
}

/** A menu with the name of the current project that leads to other projects. */
function ProjectSwitch({ project }: { readonly project: string }): ReactElement {
  return (
    <div className={css.project}>
      <Menu label={<span className="clip">{project}</span>} side="left">
        <ProjectLinks />
        <Link to={paths.projects()}>
          <span data-closes="" className="mid">
            {t('all_projects')}
          </span>
        </Link>
      </Menu>
    </div>
  )
}

/** Links to all projects with their numbers of runs, which are requested when the menu opens. */
function ProjectLinks(): ReactElement[] {
  const { data = [] } = useProjects()
  return data.map(({ name, runs }) => (
    <Link key={name} to={paths.runs(name)}>
      <span data-closes="" className="clip grow">
        {name}
      </span>
      <span className="dim small">{runs.toLocaleString('en-US')}</span>
    </Link>
  ))
}

/** Returns the number of runs in any of these phases; undefined while `counts` is undefined. */
function countInPhases(
  counts: CountsView | undefined,
  phases: readonly (keyof CountsView['phases'])[],
): number | undefined {
  return counts && phases.reduce((total, phase) => total + (counts.phases[phase] ?? 0), 0)
}
