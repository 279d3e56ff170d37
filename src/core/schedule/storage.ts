/** Space on the disk with the data directory, in bytes. */
export interface DiskState {
  readonly freeBytes: number
  readonly totalBytes: number
  /** Whether the reserve file exists. It occupies space that is released when the disk is full. */
  readonly hasReserve: boolean
}

/**
 * How much space the disk has left. `low`: no run starts, everything else continues. `full`: the reserve file is
 * removed or about to be removed, and its space is kept for recording how runs end; tracking batches and submissions
 * are refused.
 */
export type StorageLevel = 'ok' | 'low' | 'full'

/**
 * The result of `decideStorage`: the level, and whether to keep, remove (`release`) or create (`make`) the reserve
 * file.
 */
export interface StorageDecision {
  readonly level: StorageLevel
  /** Free space, in bytes, below which no run starts. */
  readonly floorBytes: number
  /** Size that the reserve file has or would have, in bytes. */
  readonly reserveBytes: number
  readonly reserve: 'keep' | 'release' | 'make'
}

const FLOOR_BYTES_MAX = 2 ** 30
const FLOOR_SHARE = 0.05
const RESERVE_BYTES_MAX = 32 * 2 ** 20
const RESERVE_SHARE = 0.02

/** Returns the size of the reserve file, in bytes, on a disk of `totalBytes`. */
export function reserveFor(totalBytes: number): number {
  return Math.floor(Math.min(RESERVE_BYTES_MAX, totalBytes * RESERVE_SHARE))
}

/**
 * Decides the level of the disk and what to do with the reserve file. The existence of that file is the only state
 * between two checks. Once removed, it is created again only when twice its size is free; this hysteresis prevents
 * frequent changes of the level.
 */
export function decideStorage({ freeBytes, totalBytes, hasReserve }: DiskState): StorageDecision {
  const floorBytes = Math.min(FLOOR_BYTES_MAX, totalBytes * FLOOR_SHARE)
  const reserveBytes = reserveFor(totalBytes)
  const limits = { floorBytes, reserveBytes }

  if (hasReserve) {
    if (freeBytes <= reserveBytes / 4) return { level: 'full', reserve: 'release', ...limits }
    return { level: freeBytes < floorBytes ? 'low' : 'ok', reserve: 'keep', ...limits }
  }

  if (freeBytes < 2 * reserveBytes) return { level: 'full', reserve: 'keep', ...limits }
  return { level: freeBytes - reserveBytes < floorBytes ? 'low' : 'ok', reserve: 'make', ...limits }
}
