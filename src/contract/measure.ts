/** The part of a metric that trials are compared by: its last, lowest or highest value. */
export const BEST_BY = ['last', 'min', 'max'] as const
export type BestBy = (typeof BEST_BY)[number]

/** The measure of trials as filters write it after `m.`: the metric alone for its last value. */
export function measureName({ metric, bestBy }: { readonly metric: string; readonly bestBy: BestBy }): string {
  return bestBy === 'last' ? metric : `${metric}.${bestBy}`
}
