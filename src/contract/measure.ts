/** The possible values of a metric by which trials are compared: the last, the lowest or the highest. */
export const BEST_BY = ['last', 'min', 'max'] as const
export type BestBy = (typeof BEST_BY)[number]

/** Returns the name by which trials are compared, as filters write it after `m.`: `loss`, `loss.min` or `loss.max`. */
export function measureName({ metric, bestBy }: { readonly metric: string; readonly bestBy: BestBy }): string {
  return bestBy === 'last' ? metric : `${metric}.${bestBy}`
}
