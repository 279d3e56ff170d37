/**
 * A snapshot: its digest, the number of its files, their total size, and when it was last submitted (milliseconds since
 * 1970).
 */
export interface SnapshotRecord {
  readonly digest: string
  readonly files: number
  readonly sizeBytes: number
  readonly createdAt: number
}
