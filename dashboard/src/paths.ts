/** Addresses of the pages. */
export const paths = {
  home: () => '/',
  projects: () => '/projects',
  settings: () => '/settings',
  health: () => '/health',
  runs: (project: string, query = '') => `/p/${encodeURIComponent(project)}/runs${query}`,
  run: (project: string, number: number | string, tab?: string) =>
    `/p/${encodeURIComponent(project)}/runs/${number}${tab && tab !== 'overview' ? `/${tab}` : ''}`,
  sweeps: (project: string) => `/p/${encodeURIComponent(project)}/sweeps`,
  sweep: (project: string, number: number | string, tab?: string) =>
    `/p/${encodeURIComponent(project)}/sweeps/${number}${tab && tab !== 'overview' ? `/${tab}` : ''}`,
  compare: (project: string, runs: readonly number[] = []) => `/p/${encodeURIComponent(project)}/compare${runs.length > 0 ? `?runs=${runs.join(',')}` : ''}`,
  create: (project: string, from?: number) => `/p/${encodeURIComponent(project)}/new${from === undefined ? '' : `?from=${from}`}`,
}

/** What a run is called where it has no name: its place in a sweep, or its number. */
export function runName({
  name,
  sweep,
  trial,
  number,
}: {
  readonly name: string | null
  readonly sweep: number | null
  readonly trial: number | null
  readonly number: number
}): string {
  if (name !== null && name.trim() !== '') return name
  return sweep !== null && trial !== null ? `#${sweep}·${trial + 1}` : `#${number}`
}

/** The same, and its number where that does not say it. */
export function runTitle(run: Parameters<typeof runName>[0]): string {
  const [name, number] = [runName(run), `#${run.number}`]
  return name === number ? name : `${name} ${number}`
}

/** What runs are called beside each other, by number: those of the same name have their number too. */
export function runLabels(runs: readonly Parameters<typeof runName>[0][]): Map<number, string> {
  const counts = new Map<string, number>()
  for (const name of runs.map(runName)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return new Map(runs.map((run) => [run.number, counts.get(runName(run)) === 1 ? runName(run) : runTitle(run)]))
}
