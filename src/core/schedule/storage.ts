/** What of the disk that holds the data directory is left, in bytes. */
export interface DiskState {
  readonly freeBytes: number
  readonly totalBytes: number
  /** Whether the reserve, a file of its own, is there. */
  readonly hasReserve: boolean
}

/**
 * `ok`; `low`: nothing new starts, all else goes on; `full`: the reserve is spent or about to be, and what is left of the
 * disk belongs to the ends of runs, so that no batch and no submission is taken.
 */
export type StorageLevel = 'ok' | 'low' | 'full'

export interface StorageDecision {
  readonly level: StorageLevel
  /** Free bytes below which nothing starts. */
  readonly floorBytes: number
  /** Size of the reserve. */
  readonly reserveBytes: number
  readonly reserve: 'keep' | 'release' | 'make'
}

const FLOOR_BYTES_MAX = 2 ** 30
const FLOOR_SHARE = 0.05
const RESERVE_BYTES_MAX = 32 * 2 ** 20
const RESERVE_SHARE = 0.02

/** Size of the reserve on a disk, in bytes. */
export function reserveFor(totalBytes: number): number {
  return Math.floor(Math.min(RESERVE_BYTES_MAX, totalBytes * RESERVE_SHARE))
}

/**
 * What to do about the disk now. The reserve's own existence is the memory between two looks: once released it is made
 * again only when there is room for twice of it, so the level does not flutter.
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
