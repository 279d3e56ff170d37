import type { StorageLevel } from '../schedule/storage.ts'

/** The free space on the disk with the data directory. No run starts while less than `floorMib` MiB are free. */
export interface Storage {
  getState(): { readonly level: StorageLevel; readonly floorMib: number }
}
