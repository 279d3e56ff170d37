import type { Axis, SearchSpace } from '../../contract/search-space.ts'
import { encodeValue } from '../../contract/values.ts'
import type { ValueMap } from '../../contract/values.ts'
import type { History } from './history.ts'
import type { Method } from './method.ts'
import { createStream, permute } from './rng.ts'
import { pointAt, sampleAxis, spaceSize } from './space.ts'

export interface RandomOptions {
  readonly trialsMax: number | null
  readonly seed: number
  /** Takes the parameters out of a point that are not there; undefined for a point that is not allowed. */
  readonly settle: (point: ValueMap) => ValueMap | undefined
  /** Whether `settle` may make two points one, or drop a point. */
  readonly isThinned: boolean
}

/** Independent draws, no point twice. A space of equally likely points is walked by a keyed permutation. */
export function createRandom(space: SearchSpace, { trialsMax, seed, settle, isThinned }: RandomOptions): Method {
  const points = spaceSize(space)
  const size = atMost(points, trialsMax)
  const isWalked = points !== undefined && space.every(isEven) && !isThinned
  const at = isWalked
    ? (from: number, count: number) => indices(from, count, size!).map((index) => pointAt(space, permute(BigInt(index), points, seed)))
    : distinctDraws(space, size, { seed, isFinite: points !== undefined, settle })
  return {
    size: isThinned && trialsMax === null ? null : size,
    suggest: (history, count) => at(own(history), count).map((point) => ({ point, source: 'random' })),
  }
}

function own({ trials }: History): number {
  return trials.reduce((count, { source }) => count + Number(source === 'random'), 0)
}

/** Whether a draw has the same probability for every index of the axis, and no two indices are one value. */
function isEven(axis: Axis): boolean {
  if (axis.kind === 'values') return new Set(axis.values.map(encodeValue)).size === axis.values.length
  return axis.kind !== 'pvalues' && axis.kind !== 'logint'
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
function distinctDraws(
  space: SearchSpace,
  size: number | null,
  { seed, isFinite, settle }: Pick<RandomOptions, 'seed' | 'settle'> & { isFinite: boolean },
): (from: number, count: number) => ValueMap[] {
  const drawn: ValueMap[] = []
  const seen = new Set<string>()
  const draw = (index: number): ValueMap | undefined => {
    const stream = createStream(seed, 'random', index)
    for (let attempt = 0; attempt < REDRAWS_MAX; attempt += 1) {
      const point = settle(Object.fromEntries(space.map((axis) => [axis.name, sampleAxis(axis, stream.next())])))
      if (!point) continue
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
