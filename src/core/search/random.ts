import type { Axis, SearchSpace } from '../../contract/search-space.ts'
import { encodeValue } from '../../contract/values.ts'
import type { ValueMap } from '../../contract/values.ts'
import type { Method } from './method.ts'
import { createStream, permute } from './rng.ts'
import { pointAt, sampleAxis, spaceSize } from './space.ts'

/** Independent draws, no point twice. A space of equally likely points is walked by a keyed permutation. */
export function createRandom(space: SearchSpace, trialsMax: number | null, seed: number): Method {
  const points = spaceSize(space)
  const size = atMost(points, trialsMax)
  if (points !== undefined && space.every(isEven)) {
    return { size, suggest: (from, count) => indices(from, count, size!).map((index) => pointAt(space, permute(BigInt(index), points, seed))) }
  }
  return { size, suggest: distinctDraws(space, size, seed, points !== undefined) }
}

/** Whether a draw has the same probability for every index of the axis, and no two indices are one value. */
function isEven(axis: Axis): boolean {
  if (axis.kind === 'values') return new Set(axis.values.map(encodeValue)).size === axis.values.length
  return axis.kind !== 'pvalues'
}

function atMost(points: bigint | undefined, trialsMax: number | null): number | null {
  if (points === undefined) return trialsMax
  return trialsMax === null || points < BigInt(trialsMax) ? Number(points) : trialsMax
}

function indices(from: number, count: number, size: number): number[] {
  return Array.from({ length: Math.max(0, Math.min(count, size - from)) }, (_, offset) => from + offset)
}

const REDRAWS_MAX = 1_000

/** Draws trial by trial; in a finite space an equal point is drawn again, and the search ends when none is left. */
function distinctDraws(space: SearchSpace, size: number | null, seed: number, isFinite: boolean): Method['suggest'] {
  const drawn: ValueMap[] = []
  const seen = new Set<string>()
  const draw = (index: number): ValueMap | undefined => {
    const stream = createStream(seed, 'random', index)
    for (let attempt = 0; attempt < REDRAWS_MAX; attempt += 1) {
      const point = Object.fromEntries(space.map((axis) => [axis.name, sampleAxis(axis, stream.next())]))
      const key = isFinite ? encodeValue(point) : String(index)
      if (!seen.has(key)) {
        seen.add(key)
        return point
      }
    }
    return undefined
  }
  return (from, count) => {
    const end = Math.min(from + count, size ?? Infinity)
    while (drawn.length < end) {
      const point = draw(drawn.length)
      if (!point) break
      drawn.push(point)
    }
    return drawn.slice(from, end)
  }
}
