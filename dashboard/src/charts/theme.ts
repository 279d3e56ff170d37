const values = new Map<string, string>()
const listeners = new Set<() => void>()
let isWatching = false

/** Value of a token for canvases, read once for each theme. */
export function token(name: string): string {
  watch()
  let value = values.get(name)
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(name).trim()
    values.set(name, value)
  }
  return value
}

/** Calls back when the page's theme has changed, however it was chosen. */
export function onThemeChange(callback: () => void): () => void {
  watch()
  listeners.add(callback)
  return () => void listeners.delete(callback)
}

function watch(): void {
  if (isWatching) return
  isWatching = true
  const changed = (): void => {
    values.clear()
    for (const listener of listeners) listener()
  }
  new MutationObserver(changed).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed)
}

/** The tick font of every canvas. */
export function tickFont(size = 11, weight = 400): string {
  return `${weight} ${size}px ${token('--font-ui')}`
}

/** Temper colours of steel for 0 (near the page) to 1 (far from it). */
export function temper(part: number): string {
  const at = Math.min(6, Math.max(0, part)) * 6
  const below = Math.min(5, Math.floor(at))
  return mix(token(`--q${below + 1}`), token(`--q${below + 2}`), at - below)
}

function mix(a: string, b: string, part: number): string {
  const [from, to] = [channels(a), channels(b)]
  return `rgb(${from.map((value, i) => Math.round(value + (to[i]! - value) * part)).join(' ')})`
}

function channels(hex: string): number[] {
  return [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16))
}
