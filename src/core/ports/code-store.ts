import type { Manifest } from '../../contract/snapshot.ts'

/**
 * Storage of code: the contents of files, each under its hex SHA-256, and the folders of snapshots unpacked from them.
 */
export interface CodeStore {
  /**
   * Runs `work` after all works of earlier calls have ended, so that no two overlap. Callers use it where they remove
   * contents, or need the stored contents to stay as they are.
   */
  runExclusively<T>(work: () => Promise<T>): Promise<T>
  /** Returns those of `hashes` whose content is not stored. */
  listMissing(hashes: readonly string[]): Promise<string[]>
  /**
   * Stores the contents in a stream. Each content follows a line `SHA256 SIZE`, with its size in bytes. Returns the
   * number of contents. Throws AppError `invalid` for a malformed stream and for a content that does not have its hash,
   * `too_large` for one above `LIMITS.uploadBytesMax`.
   */
  putAll(bytes: AsyncIterable<Uint8Array>): Promise<number>
  /** Stores a content. Throws AppError `invalid` if `hash` is not its SHA-256. */
  put(hash: string, content: Uint8Array): Promise<void>
  /** Returns a content; undefined where it is not stored. */
  read(hash: string): Promise<Uint8Array | undefined>
  /**
   * Returns the folder with the files of the snapshot `digest`, which callers must not change. Unpacks the folder if it
   * does not exist; `isNew` is true only for the call that unpacked it. Concurrent calls unpack it once.
   */
  checkOut(digest: string, manifest: Manifest): Promise<{ path: string; isNew: boolean }>
  /**
   * Removes unpacked folders that were last used before `unusedSince`, and temporary files of interrupted uploads from
   * before `brokenSince`. Both are in milliseconds since 1970.
   */
  removeStale(unusedSince: number, brokenSince: number): Promise<void>
  /**
   * Removes the contents that were last stored before `olderThan` (milliseconds since 1970) and for which `keep`
   * returns false. Returns the number of removed contents.
   */
  removeBlobs(olderThan: number, keep: (hash: string) => boolean): Promise<number>
}
