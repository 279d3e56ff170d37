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
  const page = (to: string, text: string): PageLink => ({ to, text, isCurrent: (path) => path === to })
  return [page(paths.home(), t('home')), page(paths.projects(), t('projects')), page(paths.health(), t('health'))]
}
