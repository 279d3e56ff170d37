import type { SweepInsightView, SweepView } from '../../../../../src/contract/sweep.ts'
import { paths } from '../../../paths.ts'
import { columnFor } from '../../runs/columns.ts'

/** A parameter whose best values lie at a bound of the search space. */
export type Border = SweepInsightView['borders'][number]

/**
 * Advice about a sweep: a parameter to widen, `count` failed trials, or the time saved by ending `trials` trials early.
 */
export type Advice =
  | { readonly kind: 'border'; readonly border: Border }
  | { readonly kind: 'failed'; readonly count: number }
  | { readonly kind: 'saved'; readonly trials: number; readonly seconds: number }

/**
 * Returns the advice about a sweep in the order shown: best values at a bound of the search space, failed trials, and
 * the time saved by ending trials early.
 */
export function adviceOf(
  { counts }: Pick<SweepView, 'counts'>,
  { borders, stopped }: Pick<SweepInsightView, 'borders' | 'stopped'>,
): Advice[] {
  const failedCount = counts.failed ?? 0

  return [
    ...borders.map((border) => ({ kind: 'border' as const, border })),
    ...(failedCount > 0 ? [{ kind: 'failed' as const, count: failedCount }] : []),
    ...(stopped.trials > 0 ? [{ kind: 'saved' as const, trials: stopped.trials, seconds: stopped.savedSeconds }] : []),
  ]
}

/**
 * Returns a document that widens the range of the parameter `name`. The document contains only this change; the server
 * merges it over the document of the sweep.
 */
export function widerDocument(name: string, { option, values }: NonNullable<Border['wider']>): string {
  return JSON.stringify({ hptuning: { matrix: { [name]: { [option]: values } } } })
}

/** Returns the address of the run list with the failed trials of a sweep, their causes and their parameters. */
export function failedTrialsPath({ project, number, best }: Pick<SweepView, 'project' | 'number' | 'best'>): string {
  const columns = ['cause', ...Object.keys(best?.params ?? {}).map((name) => columnFor('param', name))]
  const list = columns.map(encodeURIComponent).join(',')
  return `${paths.runs(project)}?q=${encodeURIComponent(`sweep = ${number}`)}&phase=failed&cols=${list}`
}
