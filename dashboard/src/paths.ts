import { FIRST_TAB, pathOf } from './page-routes.ts'

/** Functions that return the path of a page, some with a query. */
export const paths = {
  signIn: () => '/sign-in',
  home: () => pathOf('home', {}),
  projects: () => pathOf('projects', {}),
  settings: () => pathOf('settings', {}),
  health: () => pathOf('health', {}),
  runs: (project: string, query = '') => pathOf('runs', { project }) + query,
  run: (project: string, number: number | string, tab?: string) =>
    pathOf('run', { project, run: String(number), tab: toOptionalTab(tab) }),
  sweeps: (project: string) => pathOf('sweeps', { project }),
  sweep: (project: string, number: number | string, tab?: string) =>
    pathOf('sweep', { project, sweep: String(number), tab: toOptionalTab(tab) }),
  compare: (project: string, runs: readonly number[] = []) =>
    pathOf('compare', { project }) + (runs.length > 0 ? `?runs=${runs.join(',')}` : ''),
  create: (project: string, from?: number) =>
    pathOf('create', { project }) + (from === undefined ? '' : `?from=${from}`),
}

/** Returns a tab as the last part of a path; undefined for the first tab, which the path leaves out. */
function toOptionalTab(tab: string | undefined): string | undefined {
  return tab === FIRST_TAB || tab === '' ? undefined : tab
}

/** The fields of a run from which its name is made. */
interface Named {
  readonly name: string | null
  readonly sweep: number | null
  readonly sweepName: string | null
  readonly number: number
}

/** Returns the name of a run. Without one: its number as `#NUMBER`, for a trial after the name of its sweep. */
export function runName(run: Named): string {
  return isNamed(run)
    ? run.name!
    : `${run.sweep === null ? '' : `${sweepName({ name: run.sweepName, number: run.sweep })} `}#${run.number}`
}

/** Returns the name of a run, followed by its number. An unnamed run has the number in its name already. */
export function runTitle(run: Named): string {
  return isNamed(run) ? `${runName(run)} #${run.number}` : runName(run)
}

/** Returns the name of a sweep; without one its number as `#NUMBER`. */
export function sweepName({ name, number }: Pick<Named, 'name' | 'number'>): string {
  return isNamed({ name }) ? name! : `#${number}`
}

function isNamed({ name }: Pick<Named, 'name'>): boolean {
  return name !== null && name.trim() !== ''
}

/**
 * Returns the labels of runs that are shown together, by run number: the name of the run,
 * with its number if several runs have the same name.
 */
export function runLabels(runs: readonly Named[]): Map<number, string> {
  const counts = new Map<string, number>()
  for (const name of runs.map(runName)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return new Map(runs.map((run) => [run.number, counts.get(runName(run)) === 1 ? runName(run) : runTitle(run)]))
}
