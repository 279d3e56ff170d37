/** A drawn item with its position in pixels. A negative position means that it is not drawn. */
export interface Placed<T> {
  readonly item: T
  readonly x: number
  readonly y: number
}

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }

/**
 * Returns the item that a key picks: an arrow the next or previous one from left to right, Home the first, End the
 * last. With nothing picked, an arrow starts at an end. Undefined for other keys.
 */
export function nextPicked<T>(
  placed: readonly Placed<T>[],
  picked: Placed<T> | undefined,
  key: string,
): Placed<T> | undefined {
  const ordered = placed.filter(({ x, y }) => x >= 0 && y >= 0).toSorted((a, b) => a.x - b.x || a.y - b.y)

  if (key === 'Home') return ordered[0]
  if (key === 'End') return ordered.at(-1)

  const step = STEPS[key]
  if (step === undefined || ordered.length === 0) return undefined

  const at = ordered.findIndex(({ item }) => item === picked?.item)
  if (at < 0) return step > 0 ? ordered[0] : ordered.at(-1)
  return ordered[Math.min(ordered.length - 1, Math.max(0, at + step))]
}
