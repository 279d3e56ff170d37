const values = new Map<string, string>()
const listeners = new Set<() => void>()
let isWatching = false

/**
 * Returns the value of a custom CSS property of the page, such as `--ink`, for drawing on a canvas. The value is cached
 * until the theme changes.
 */
export function cssToken(name: string): string {
  watch()
  let value = values.get(name)
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(name).trim()
    values.set(name, value)
  }
  return value
}

/**
 * Calls `callback` when the theme of the page has changed, by the person or by the system. Returns a function that ends
 * the calls.
 */
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

/** Returns the CSS font of texts on canvases. `size` is in pixels. */
export function tickFont(size = 11, weight = 400): string {
  return `${weight} ${size}px ${cssToken('--font-ui')}`
}

/**
 * Returns a colour from the scale of the seven temper colours of steel. `part` is from 0, a colour near that of the
 * background, to 1, the colour farthest from it.
 */
export function temperColor(part: number): string {
  const at = Math.min(1, Math.max(0, part)) * 6
  const below = Math.min(5, Math.floor(at))
  return mix(cssToken(`--q${below + 1}`), cssToken(`--q${below + 2}`), at - below)
}

/** Mixes two colours of the form `#rrggbb`; `part` is the share of the second. */
function mix(a: string, b: string, part: number): string {
  const [from, to] = [channels(a), channels(b)]
  return `rgb(${from.map((value, i) => Math.round(value + (to[i]! - value) * part)).join(' ')})`
}

function channels(hex: string): number[] {
  return [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16))
}
