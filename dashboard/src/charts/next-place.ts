/** An item of a chart with its position in pixels. A negative position means that the item is not drawn. */
export interface Placed<T> {
  readonly item: T
  readonly x: number
  readonly y: number
}

const STEPS: Readonly<Record<string, 1 | -1>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }

/**
 * Returns the direction of an arrow key: 1 (→ ↓) to the next item, −1 (← ↑) to the previous one. Undefined for other
 * keys.
 */
export function keyStep(key: string): 1 | -1 | undefined {
  return STEPS[key]
}

/**
 * Returns the index one step from `at` among `count` items; at an end it stays there. An `at` of -1 means no item: a
 * step leads to the first or the last.
 */
export function indexAfterStep(count: number, at: number, step: 1 | -1): number {
  if (at < 0) return step > 0 ? 0 : count - 1
  return Math.min(count - 1, Math.max(0, at + step))
}

/**
 * Returns the item that a key picks, among the drawn items from left to right: an arrow key picks the next or the
 * previous one, Home the first, End the last. If nothing is picked, → picks the first and ← the last. Undefined for
 * other keys.
 */
export function nextPicked<T>(
  placed: readonly Placed<T>[],
  picked: Placed<T> | undefined,
  key: string,
): Placed<T> | undefined {
  const ordered = placed.filter(({ x, y }) => x >= 0 && y >= 0).toSorted((a, b) => a.x - b.x || a.y - b.y)

  if (key === 'Home') return ordered[0]
  if (key === 'End') return ordered.at(-1)

  const step = keyStep(key)
  if (step === undefined) return undefined
  const at = ordered.findIndex(({ item }) => item === picked?.item)
  return ordered[indexAfterStep(ordered.length, at, step)]
}
