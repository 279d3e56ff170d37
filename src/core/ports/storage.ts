import type { StorageLevel } from '../schedule/storage.ts'

/** The disk that holds the data directory. Nothing starts while its free space is below `floorMib`. */
export interface Storage {
  getState(): { readonly level: StorageLevel; readonly floorMib: number }
}
