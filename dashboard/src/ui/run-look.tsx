import type { ReactElement } from 'react'

/** How a run is drawn: one of twelve hues in one of three dash patterns. */
export interface RunLook {
  /** Name of the custom property of the colour, such as `--c1`. */
  readonly color: string
  readonly dash: readonly number[]
}

const HUES = 12
/** Lengths of dashes and gaps in pixels; none for a solid line. */
const DASHES: readonly (readonly number[])[] = [[], [5, 3], [1.5, 2.5]]

/** Computes a look from the run's id (its FNV-1a hash), so that a run looks the same on every page. */
function lookOf(id: string): RunLook {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i += 1) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  const place = (hash >>> 0) % (HUES * DASHES.length)
  return { color: `--c${1 + (place % HUES)}`, dash: DASHES[Math.floor(place / HUES)]! }
}

/** Hues by family: hues of two families are easy to tell apart, hues of one family are not. */
const FAMILIES: readonly (readonly number[])[] = [[1, 9], [2, 8], [3, 12], [4, 11], [5], [6], [7], [10]]

/**
 * Returns the looks of runs that are drawn together. As long as there are hues, each run has its own, first from unused
 * families: the hue of its hash where that is free. With more runs than hues, runs of one hue have different dash
 * patterns.
 */
export function looksOf(ids: readonly string[]): Map<string, RunLook> {
  // Sorted, so that the same runs look the same in whatever order they are listed.
  const ordered = ids.toSorted()
  return ordered.length <= HUES ? huesOf(ordered) : patternsOf(ordered)
}

/** Gives each of at most twelve runs a hue of its own. */
function huesOf(ids: readonly string[]): Map<string, RunLook> {
  const taken = new Set<number>()
  const isFamilyFree = (hue: number): boolean =>
    FAMILIES.find((family) => family.includes(hue))!.every((one) => !taken.has(one))

  return new Map(
    ids.map((id) => {
      const own = Number(lookOf(id).color.slice(3))
      const around = Array.from({ length: HUES }, (_, i) => 1 + ((own - 1 + i) % HUES)).filter((hue) => !taken.has(hue))
      const hue = around.find(isFamilyFree) ?? around[0]!
      taken.add(hue)
      return [id, { color: `--c${hue}`, dash: [] }]
    }),
  )
}

/** Gives runs different combinations of hue and dash pattern, as long as there are any left. */
function patternsOf(ids: readonly string[]): Map<string, RunLook> {
  const taken = new Set<string>()

  return new Map(
    ids.map((id) => {
      const own = lookOf(id)
      const hue = Number(own.color.slice(3))
      const around = Array.from({ length: HUES }, (_, i) => `--c${1 + ((hue - 1 + i) % HUES)}`)
      const choices = [own, ...around.flatMap((color) => DASHES.map((dash) => ({ color, dash })))]
      const look = choices.find((choice) => !taken.has(`${choice.color} ${choice.dash}`)) ?? own
      taken.add(`${look.color} ${look.dash}`)
      return [id, look]
    }),
  )
}

/** A short piece of the line of a run; a small ring without a look. */
export function LineSample({ look }: { readonly look: RunLook | undefined }): ReactElement {
  return (
    <svg width="16" height="8" viewBox="0 0 16 8" aria-hidden="true">
      {look ? (
        <path d="M0 4h16" stroke={`var(${look.color})`} strokeWidth="3" strokeDasharray={look.dash.join(' ')} />
      ) : (
        <circle cx="8" cy="4" r="2" fill="none" stroke="var(--line-3)" />
      )}
    </svg>
  )
}
