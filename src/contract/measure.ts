/** Which value of a metric trials are compared by: its last, lowest or highest. */
export const BEST_BY = ['last', 'min', 'max'] as const
export type BestBy = (typeof BEST_BY)[number]

/**
 * Returns the measure as a filter writes it after `m.`: `loss` for the last value, `loss.min` or `loss.max` for the
 * others.
 */
export function measureName({ metric, bestBy }: { readonly metric: string; readonly bestBy: BestBy }): string {
  return bestBy === 'last' ? metric : `${metric}.${bestBy}`
}
