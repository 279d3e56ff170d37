import { closeSync, existsSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'

import { LIMITS } from '../../contract/limits.ts'
import { decideStorage } from '../../core/schedule/storage.ts'
import type { StorageDecision } from '../../core/schedule/storage.ts'
import type { Clock, Logger, Storage } from '../../core/ports.ts'

export interface DiskGuard extends Storage, Disposable {
  /** Looks at once: something has just found the disk full. */
  look(): void
  /** Calls back when there is room again. */
  watch(onRoom: () => void): void
}

const MIB = 2 ** 20

/**
 * Watches the disk of the data directory and keeps a reserve on it, a file that is deleted when nothing else is left: the
 * ends of runs then still fit.
 */
export function createDiskGuard({ dataDir, clock, log }: { dataDir: string; clock: Clock; log: Logger }): DiskGuard {
  const file = join(dataDir, 'reserve')
  let cancel = (): void => {}
  let onRoom = (): void => {}
  let last = look()

  function look(): ReturnType<Storage['state']> {
    const { bavail, blocks, bsize } = statfsSync(dataDir)
    const decision = decideStorage({
      freeBytes: bavail * bsize,
      totalBytes: blocks * bsize,
      hasReserve: existsSync(file),
    })
    try {
      act(decision)
    } catch (error) {
      log.warn({ err: error }, 'the reserve stays as it is')
    }
    return { level: decision.level, floorMib: Math.ceil(decision.floorBytes / MIB) }
  }

  function act({ level, reserve, reserveBytes }: StorageDecision): void {
    if (reserve === 'keep') return
    log.warn(
      { level, reserve, reserveBytes },
      reserve === 'make' ? 'keeping some room in reserve' : 'the disk is full: releasing the reserve',
    )
    if (reserve === 'release') rmSync(file, { force: true })
    else fill(file, reserveBytes)
  }

  /** Where the disk cannot be looked at, what was seen last stands. */
  function check(): void {
    const before = last.level
    try {
      last = look()
    } catch (error) {
      log.warn({ err: error }, 'the disk could not be looked at')
    }
    if (before !== 'ok' && last.level === 'ok') onRoom()
  }

  function checkLater(): void {
    cancel = clock.after(LIMITS.diskCheckMs, () => {
      check()
      checkLater()
    })
  }

  checkLater()
  return {
    state: () => last,
    look: check,
    watch: (callback) => {
      onRoom = callback
    },
    [Symbol.dispose]: () => cancel(),
  }
}

/** Takes the room for good: zeros that are written, not a hole. A reserve that does not fit is none. */
function fill(file: string, sizeBytes: number): void {
  const block = Buffer.alloc(MIB)
  const output = openSync(file, 'w', 0o600)
  try {
    for (let left = sizeBytes; left > 0;) left -= writeSync(output, block, 0, Math.min(left, block.length))
  } catch {
    rmSync(file, { force: true })
  } finally {
    closeSync(output)
  }
}
