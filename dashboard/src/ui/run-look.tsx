import type { ReactElement } from 'react'

/** The colour and dash pattern in which a run or a group is drawn: one of twelve hues, one of three patterns. */
export interface RunLook {
  /** Name of the custom property of the colour, such as `--c1`. */
  readonly color: string
  readonly dash: readonly number[]
}

const HUES = 12
/** Lengths in pixels of the dashes and gaps of each pattern. An empty list is a solid line. */
const DASHES: readonly (readonly number[])[] = [[], [5, 3], [1.5, 2.5]]

/** Computes the look of a run from its id by an FNV-1a hash, so that the look does not depend on the page. */
function lookOf(id: string): RunLook {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i += 1) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  const place = (hash >>> 0) % (HUES * DASHES.length)
  return { color: `--c${1 + (place % HUES)}`, dash: DASHES[Math.floor(place / HUES)]! }
}

/** Numbers of hues by family. Hues of two families are easy to tell apart, hues of one family are not. */
const FAMILIES: readonly (readonly number[])[] = [[1, 9], [2, 8], [3, 12], [4, 11], [5], [6], [7], [10]]

/**
 * Returns the looks of runs that are drawn together, by id. Up to twelve runs get solid lines of different hues: the
 * hue of the id's hash, or if it or its family is taken, a following one, preferably of a free family. More runs get
 * different combinations of hue and dash pattern.
 */
export function looksOf(ids: readonly string[]): Map<string, RunLook> {
  // Sorted, so that the looks do not depend on the order of the list.
  const ordered = ids.toSorted()
  return ordered.length <= HUES ? huesOf(ordered) : patternsOf(ordered)
}

/** Gives each of at most twelve runs a hue of its own and a solid line. */
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

/** Gives runs different combinations of hue and dash pattern. The 37th and later runs repeat combinations. */
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

/** A short piece of the line of a run or group; a small ring if charts do not draw it and it has no look. */
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
