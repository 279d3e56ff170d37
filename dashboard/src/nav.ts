import { paths } from './paths.ts'
import { t } from './texts/texts.ts'

interface PageLink {
  readonly to: string
  readonly text: string
  readonly isCurrent: (path: string) => boolean
}

/** Returns the navigation links of one project. */
export function projectPages(project: string): PageLink[] {
  const page = (to: string, text: string): PageLink => ({
    to,
    text,
    isCurrent: (path) => path === to || path.startsWith(`${to}/`),
  })

  return [
    page(paths.runs(project), t('runs')),
    page(paths.sweeps(project), t('sweeps')),
    page(paths.compare(project), t('compare')),
  ]
}

/** Returns the navigation links to the pages outside of projects. */
export function globalPages(): PageLink[] {
  return [
    { to: paths.home(), text: t('home'), isCurrent: (path) => path === '/' },
    { to: paths.projects(), text: t('projects'), isCurrent: (path) => path === '/projects' },
    { to: paths.health(), text: t('health'), isCurrent: (path) => path === '/health' },
  ]
}
