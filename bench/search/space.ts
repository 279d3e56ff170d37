/** One hyperparameter, in the JSON form of the Python program that measured the rivals. */
export type SpaceItem =
  | {
      readonly name: string
      readonly type: 'float' | 'int'
      readonly low: number
      readonly high: number
      readonly log: boolean
    }
  | { readonly name: string; readonly type: 'cat'; readonly values: readonly string[] }

/** Values of the hyperparameters of one configuration, by name. */
export type Params = Readonly<Record<string, number | string>>

/** Maps a number in [0, 1) to a value of the hyperparameter: uniformly, or log-uniformly if `log` is set. */
export function fromUnit(item: SpaceItem, u: number): number | string {
  if (item.type === 'cat') return item.values[Math.min(Math.floor(u * item.values.length), item.values.length - 1)]!
  const { low, high, log } = item
  if (item.type === 'float')
    return log ? Math.exp(Math.log(low) + u * (Math.log(high) - Math.log(low))) : low + u * (high - low)
  const value = log
    ? Math.exp(Math.log(low - 0.5) + u * (Math.log(high + 0.5) - Math.log(low - 0.5)))
    : low - 0.5 + u * (high - low + 1)
  return Math.min(Math.max(Math.round(value), low), high)
}
