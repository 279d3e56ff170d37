import type { Manifest } from '../../contract/snapshot.ts'

/** Contents by their SHA-256, and folders unpacked from them. */
export interface CodeStore {
  /** Runs one work at a time. For works that decide by the stored contents, and for works that remove contents. */
  runExclusively<T>(work: () => Promise<T>): Promise<T>
  /** Returns those of `hashes` whose content is not stored. */
  listMissing(hashes: readonly string[]): Promise<string[]>
  /**
   * Stores contents from a stream, each after a line `SHA256 SIZE`. Returns how many. Throws AppError `invalid` for a
   * content with a wrong hash.
   */
  putAll(bytes: AsyncIterable<Uint8Array>): Promise<number>
  put(hash: string, content: Uint8Array): Promise<void>
  read(hash: string): Promise<Uint8Array | undefined>
  /**
   * Returns the folder with the files of a manifest, unpacked if it is not there yet. Concurrent calls unpack it once.
   */
  checkOut(digest: string, manifest: Manifest): Promise<{ path: string; isNew: boolean }>
  /**
   * Removes folders that were not used since `unusedSince`, and files of interrupted writes from before `brokenSince`.
   */
  removeStale(unusedSince: number, brokenSince: number): Promise<void>
  /** Removes contents older than a time that `keep` does not accept. Returns how many. */
  removeBlobs(olderThan: number, keep: (hash: string) => boolean): Promise<number>
}
