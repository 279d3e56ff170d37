import { phrase } from '../../contract/fields.ts'
import { AppError } from '../../contract/errors.ts'
import { LIMITS } from '../../contract/limits.ts'
import { manifestFault, manifestText } from '../../contract/snapshot.ts'
import type { FileEntry, Manifest } from '../../contract/snapshot.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { CodeStore } from '../../core/ports/code-store.ts'
import type { Ids } from '../../core/ports/ids.ts'
import type { Store } from '../../core/ports/store.ts'
import type { SnapshotRecord } from '../../core/records/snapshot.ts'

export interface SnapshotDeps {
  readonly store: Store
  readonly code: CodeStore
  readonly ids: Ids
  readonly clock: Clock
}

/**
 * Returns the digest of a manifest and the hashes of its files that are not stored yet. Throws AppError `invalid` for a
 * path that is not allowed, and `too_large` beyond `LIMITS.snapshotBytesMax`.
 */
export async function findMissing(deps: SnapshotDeps, manifest: Manifest): Promise<ManifestStatus> {
  checkManifest(manifest)
  return await deps.code.runExclusively(() => checkManifestContents(deps, manifest))
}

/** Whether the snapshot with this digest exists, and the hashes of the contents that must be uploaded to create it. */
interface ManifestStatus {
  readonly digest: string
  readonly isKnown: boolean
  readonly missing: string[]
}

async function checkManifestContents({ store, code, ids }: SnapshotDeps, manifest: Manifest): Promise<ManifestStatus> {
  const digest = ids.digest(manifestText(manifest))
  const known = await store.read.snapshots.get(digest)
  const missing = await code.listMissing([...new Set(manifest.files.map((file) => file.sha256))])

  // Resets `createdAt` so that the janitor keeps the snapshot until the run being submitted refers to it.
  if (known && missing.length === 0) await store.write((stores) => stores.snapshots.put(known))
  return { digest, isKnown: known !== undefined, missing }
}

/**
 * Creates a snapshot. All contents of its files must be stored; the manifest is stored as one more content. Throws
 * AppError `conflict` if contents are missing.
 */
export async function createSnapshot(deps: SnapshotDeps, manifest: Manifest): Promise<SnapshotRecord> {
  checkManifest(manifest)
  // `runExclusively` prevents a clean-up between the check for missing contents and the insertion of the row that
  // protects them.
  return await deps.code.runExclusively(() => record(deps, manifest))
}

async function record(deps: SnapshotDeps, manifest: Manifest): Promise<SnapshotRecord> {
  const { digest, missing } = await checkManifestContents(deps, manifest)
  if (missing.length > 0)
    throw new AppError('conflict', { detail: phrase('contents_missing', { n: missing.length, first: missing[0]! }) })

  await deps.code.put(digest, new TextEncoder().encode(manifestText(manifest)))
  const sizeBytes = manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0)

  return await deps.store.write(async (stores) => {
    await stores.snapshots.put({ digest, files: manifest.files.length, sizeBytes })
    return (await stores.snapshots.get(digest))!
  })
}

/** Throws AppError `invalid` for a path that is not allowed, and `too_large` beyond `LIMITS.snapshotBytesMax`. */
function checkManifest(manifest: Manifest): void {
  const fault = manifestFault(manifest)
  if (fault) throw new AppError('invalid', { detail: phrase(fault.why, { path: JSON.stringify(fault.path) }) })
  const sizeBytes = manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0)
  if (sizeBytes > LIMITS.snapshotBytesMax) throw new AppError('too_large', { max: LIMITS.snapshotBytesMax })
}

/** Returns the manifest of a stored snapshot. Throws AppError `not_found`. */
export async function readManifest(code: Pick<CodeStore, 'read'>, digest: string): Promise<Manifest> {
  const bytes = await code.read(digest)
  if (!bytes) throw new AppError('not_found', { what: phrase('thing_snapshot', { name: digest }) })
  const { files } = JSON.parse(new TextDecoder().decode(bytes)) as { files: [string, string, number, boolean][] }
  return {
    files: files.map(([path, sha256, sizeBytes, isExecutable]): FileEntry => ({
      path,
      sha256,
      sizeBytes,
      isExecutable,
    })),
  }
}

/**
 * Returns the path of a folder with the files of a snapshot. The folder is unpacked once and then used for all runs of
 * the snapshot.
 */
export async function checkOut({ store, code }: Pick<SnapshotDeps, 'store' | 'code'>, digest: string): Promise<string> {
  const { path, isNew } = await code.checkOut(digest, await readManifest(code, digest))
  if (isNew)
    await store.write((stores) =>
      stores.events.append([{ kind: 'snapshot.unpacked', actor: 'platform', data: { digest } }]),
    )
  return path
}

const SNAPSHOTS_AT_ONCE = 500

/**
 * Removes snapshots that no run or sweep refers to, unpacked folders that were not used recently, and contents that no
 * snapshot contains. Each is kept for a time first (`snapshotKeepMs`, `treeKeepMs`).
 */
export async function removeUnusedSnapshots(deps: SnapshotDeps): Promise<void> {
  await deps.code.runExclusively(() => collect(deps))
}

async function collect({ store, code, clock }: SnapshotDeps): Promise<void> {
  await code.removeStale(clock.now() - LIMITS.treeKeepMs, clock.now() - LIMITS.brokenUploadKeepMs)

  const createdBefore = clock.now() - LIMITS.snapshotKeepMs
  const old = await store.read.snapshots.list(createdBefore, LISTED_MAX)

  let removed = 0
  for (let index = 0; index < old.length; index += SNAPSHOTS_AT_ONCE) {
    const digests = old.slice(index, index + SNAPSHOTS_AT_ONCE).map((item) => item.digest)
    const named = await store.read.runReferences.findReferenced('snapshot', digests)
    for (const digest of digests) if (!named.has(digest)) removed += await removeSnapshot(store, digest, createdBefore)
  }

  // Contents of uploads that were never finished belong to no snapshot. They are looked for once per `snapshotKeepMs`,
  // and whenever snapshots were removed.
  const isDue = (await store.read.maintenance.getTime('contents_swept')) < clock.now() - LIMITS.snapshotKeepMs
  if (removed === 0 && !isDue) return

  const kept = new Set<string>()
  for (const { digest } of await store.read.snapshots.list(clock.now() + 1, LISTED_MAX)) {
    kept.add(digest)
    for (const file of (await readManifest(code, digest)).files) kept.add(file.sha256)
  }

  await code.removeBlobs(createdBefore, (hash) => kept.has(hash))
  await store.write((stores) => stores.maintenance.setTime('contents_swept', clock.now()))
}

/**
 * Removes a snapshot, unless a run has referred to it or it was uploaded again since it was listed. Returns the number
 * of removed snapshots.
 */
async function removeSnapshot(store: Store, digest: string, createdBefore: number): Promise<0 | 1> {
  return await store.write(async (stores) => {
    const now = await stores.snapshots.get(digest)
    if (
      !now ||
      now.createdAt >= createdBefore ||
      (await stores.runReferences.findReferenced('snapshot', [digest])).size > 0
    )
      return 0
    await stores.snapshots.remove(digest)
    return 1
  })
}

const LISTED_MAX = 1_000_000
