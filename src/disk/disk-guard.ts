import { closeSync, existsSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'

import { LIMITS } from '../contract/limits.ts'
import { dataDirPaths } from '../core/data-dir.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Logger } from '../core/ports/logger.ts'
import type { Storage } from '../core/ports/storage.ts'
import { decideStorage } from '../core/schedule/storage.ts'
import type { StorageDecision } from '../core/schedule/storage.ts'

/** Checks the free space of the disk that holds the data directory, every `LIMITS.diskCheckMs`. */
export interface DiskGuard extends Storage, Disposable {
  /** Checks the free space now, for example after a write has failed on a full disk. */
  look(): void
  /** Sets the function that is called when the level becomes `ok` again. */
  watch(onRoom: () => void): void
}

const MIB = 2 ** 20

/**
 * Creates the guard of the disk that holds the data directory. The guard keeps a reserve file and deletes it when the
 * disk is full. The freed space is then used to record how runs end.
 */
export function createDiskGuard({ dataDir, clock, log }: { dataDir: string; clock: Clock; log: Logger }): DiskGuard {
  const file = dataDirPaths(dataDir).reserve
  let cancel = (): void => {}
  let onRoom = (): void => {}
  let last = look()

  function look(): ReturnType<Storage['getState']> {
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

  /** Updates the state. If the free space cannot be read, the last state remains. */
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
    getState: () => last,
    look: check,
    watch: (callback) => {
      onRoom = callback
    },
    [Symbol.dispose]: () => cancel(),
  }
}

/**
 * Fills the reserve file with zeros. They are written because a hole would occupy no space. Removes the file if it does
 * not fit on the disk.
 */
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
