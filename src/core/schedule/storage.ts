/** Space on the disk that holds the data directory, in bytes. */
export interface DiskState {
  readonly freeBytes: number
  readonly totalBytes: number
  /** Whether the reserve file exists. */
  readonly hasReserve: boolean
}

/**
 * How much space the disk has left. `low`: no run starts, everything else continues. `full`: the reserve file is
 * removed or about to be. The space is then kept for recording how runs end; batches and submissions are refused.
 */
export type StorageLevel = 'ok' | 'low' | 'full'

/** The level, and what to do with the reserve file. */
export interface StorageDecision {
  readonly level: StorageLevel
  /** Free bytes below which no run starts. */
  readonly floorBytes: number
  /** Size of the reserve file. */
  readonly reserveBytes: number
  readonly reserve: 'keep' | 'release' | 'make'
}

const FLOOR_BYTES_MAX = 2 ** 30
const FLOOR_SHARE = 0.05
const RESERVE_BYTES_MAX = 32 * 2 ** 20
const RESERVE_SHARE = 0.02

/** Returns the size of the reserve file on a disk, in bytes. */
export function reserveFor(totalBytes: number): number {
  return Math.floor(Math.min(RESERVE_BYTES_MAX, totalBytes * RESERVE_SHARE))
}

/**
 * Decides what to do about the disk now. The existence of the reserve file is the only state between two checks. Once
 * removed, the file is made again only when twice its size is free; this hysteresis keeps the level from flapping.
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
