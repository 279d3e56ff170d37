/** A snapshot: its digest, the number of its files and their total size. */
export interface SnapshotRecord {
  readonly digest: string
  readonly files: number
  readonly sizeBytes: number
  readonly createdAt: number
}
