import { matchPath } from './state/match.ts'

/**
 * The paths of the pages. `:name` stands for a part of the path, `:name?` for a part that may be absent. A page whose
 * path is added here needs a component in `app.tsx`, a function in `paths.ts`, and a link in `nav.ts` where the bar
 * leads to it. `src/api/pages.ts` of the server contains the first parts of these paths.
 */
const ROUTES = {
  home: '/',
  projects: '/projects',
  settings: '/settings',
  health: '/health',
  runs: '/p/:project/runs',
  run: '/p/:project/runs/:run/:tab?',
  sweeps: '/p/:project/sweeps',
  sweep: '/p/:project/sweeps/:sweep/:tab?',
  compare: '/p/:project/compare',
  create: '/p/:project/new',
} as const

/** The tab of a run or a sweep whose path names no tab. */
export const FIRST_TAB = 'overview'

export type PageName = keyof typeof ROUTES

/** The named parts of the path of a page. */
export type PageParams<P extends PageName> = {
  readonly [Part in PartsOf<P> as Part extends `:${infer Name}?` ? Name : never]?: string | undefined
} & {
  readonly [
    Part in PartsOf<P> as Part extends `:${string}?` ? never : Part extends `:${infer Name}` ? Name : never
  ]: string
}

type PartsOf<P extends PageName> = Split<(typeof ROUTES)[P]>
type Split<Path extends string> = Path extends `${infer Part}/${infer Rest}` ? Part | Split<Rest> : Path

/** A page with the named parts of its path. */
export type FoundPage<P extends PageName = PageName> = {
  readonly [Name in P]: { readonly name: Name; readonly params: PageParams<Name> }
}[P]

/** Returns the page at a path and the named parts of the path, decoded; undefined if the dashboard has no such page. */
export function findPage(path: string): FoundPage | undefined {
  for (const name of Object.keys(ROUTES) as PageName[]) {
    const params = matchPath(ROUTES[name], path)
    if (params) return { name, params } as FoundPage
  }
  return undefined
}

/**
 * Returns the project that a path belongs to, even if the dashboard has no page at the path; undefined outside of
 * projects.
 */
export function projectOf(path: string): string | undefined {
  return matchPath('/p/:project/:rest/:more?/:tab?', path)?.['project']
}

/** Returns the path of a page with its named parts filled in, escaped for a URL. */
export function pathOf<P extends PageName>(name: P, params: PageParams<P>): string {
  const values: Readonly<Record<string, string | undefined>> = params
  return ROUTES[name]
    .split('/')
    .flatMap((part) => {
      if (!part.startsWith(':')) return part
      const value = values[part.slice(1).replace(/\?$/, '')]
      return value === undefined ? [] : encodeURIComponent(value)
    })
    .join('/')
}
