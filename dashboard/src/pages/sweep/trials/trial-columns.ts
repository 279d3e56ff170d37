import type { TrialsView } from '../../../../../src/contract/charts.ts'
import { paths } from '../../../paths.ts'
import { columnFor } from '../../runs/columns.ts'

/** A column of the table of trials that shows a parameter. */
export interface ParamColumn {
  readonly name: string
  /** Whether the values of the parameter are categories, which are shown as text. */
  readonly isText: boolean
}

/** The columns of the table of trials that not every sweep has: its parameters, and the rung. */
export interface TrialColumns {
  readonly params: readonly ParamColumn[]
  readonly hasRungs: boolean
}

/** Returns the columns of the table of trials that not every sweep has. */
export function trialColumnsOf({ params, axes, rungs }: Pick<TrialsView, 'params' | 'axes' | 'rungs'>): TrialColumns {
  const categories = new Set(axes.filter(({ scale }) => scale === 'category').map(({ name }) => name))
  return {
    params: Object.keys(params).map((name) => ({ name, isText: categories.has(name) })),
    hasRungs: rungs !== null,
  }
}

/** Returns the widths of all columns as `grid-template-columns`, and the least width of the table in pixels. */
export function widthsOf({ params, hasRungs }: TrialColumns): { readonly template: string; readonly leastPx: number } {
  const widths = [
    '168px',
    '130px',
    'minmax(110px, 1fr)',
    ...(hasRungs ? ['70px'] : []),
    ...params.map(() => 'minmax(110px, 1fr)'),
    '110px',
  ]
  return { template: widths.join(' '), leastPx: 500 + 110 * params.length }
}

/**
 * Returns the address of the run list with the trials of a sweep, the best first. There, trials can be selected,
 * tagged, compared and stopped.
 */
export function runListPath(
  project: string,
  sweep: number,
  { metric, optimization, axes }: Pick<TrialsView, 'metric' | 'optimization' | 'axes'>,
): string {
  const value = metric === null ? undefined : columnFor('metric', metric)
  const columns = [...(value === undefined ? [] : [value]), ...axes.map(({ name }) => columnFor('param', name))]
  const query = new URLSearchParams({ q: `sweep = ${sweep}`, cols: columns.map(encodeURIComponent).join(',') })
  if (value !== undefined) query.set('sort', `${optimization === 'maximize' ? '-' : ''}${encodeURIComponent(value)}`)
  return paths.runs(project, `?${query.toString()}`)
}
