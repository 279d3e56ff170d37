import type { ReactElement } from 'react'

/** How a run is drawn wherever it is drawn: one of twelve hues in one of three patterns. */
export interface RunLook {
  /** Name of the token. */
  readonly color: string
  readonly dash: readonly number[]
}

const HUES = 12
const DASHES: readonly (readonly number[])[] = [[], [5, 3], [1.5, 2.5]]

/** From a hash of the run's id (FNV-1a): the same on every page, for ever. */
function lookOf(id: string): RunLook {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i += 1) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  const place = (hash >>> 0) % (HUES * DASHES.length)
  return { color: `--c${1 + (place % HUES)}`, dash: DASHES[Math.floor(place / HUES)]! }
}

/** Hues by family: hues of two families are easy to tell apart, hues of one family are not. */
const FAMILIES: readonly (readonly number[])[] = [[1, 9], [2, 8], [3, 12], [4, 11], [5], [6], [7], [10]]

/**
 * Looks of runs drawn together. While there are hues, each run has its own, from an unused family first: the hue of its hash
 * where that is free. When there are more runs than hues, a dash pattern separates the runs of one hue.
 */
export function looksOf(ids: readonly string[]): Map<string, RunLook> {
  // In an order of their own: the same ones look the same, however they are listed.
  const ordered = ids.toSorted()
  return ordered.length <= HUES ? huesOf(ordered) : patternsOf(ordered)
}

function huesOf(ids: readonly string[]): Map<string, RunLook> {
  const taken = new Set<number>()
  const isAlone = (hue: number): boolean =>
    FAMILIES.find((family) => family.includes(hue))!.every((one) => !taken.has(one))
  return new Map(
    ids.map((id) => {
      const own = Number(lookOf(id).color.slice(3))
      const around = Array.from({ length: HUES }, (_, i) => 1 + ((own - 1 + i) % HUES)).filter((hue) => !taken.has(hue))
      const hue = around.find(isAlone) ?? around[0]!
      taken.add(hue)
      return [id, { color: `--c${hue}`, dash: [] }]
    }),
  )
}

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

/** A piece of the line. */
export function Sample({ look }: { readonly look: RunLook | undefined }): ReactElement {
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
