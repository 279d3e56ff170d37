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
 * Returns the digest of a manifest and which of its contents are not stored yet. Throws AppError `invalid` for a path
 * that is not allowed, and `too_large`.
 */
export async function findMissing(deps: SnapshotDeps, wanted: Manifest): Promise<ManifestStatus> {
  checkManifest(wanted)
  return await deps.code.runExclusively(() => checkManifestContents(deps, wanted))
}

/** Whether a snapshot exists, and what is missing to create it. */
interface ManifestStatus {
  readonly digest: string
  readonly isKnown: boolean
  readonly missing: string[]
}

async function checkManifestContents({ store, code, ids }: SnapshotDeps, wanted: Manifest): Promise<ManifestStatus> {
  const digest = ids.digest(manifestText(wanted))
  const known = await store.read.snapshots.get(digest)
  const missing = await code.listMissing([...new Set(wanted.files.map((file) => file.sha256))])

  // Resets `createdAt` so that the janitor keeps the snapshot until the run being submitted refers to it.
  if (known && missing.length === 0) await store.write((stores) => stores.snapshots.put(known))
  return { digest, isKnown: known !== undefined, missing }
}

/**
 * Creates a snapshot once all its contents are stored; its manifest is stored as one more content. Throws AppError
 * `conflict` while contents are missing.
 */
export async function createSnapshot(deps: SnapshotDeps, wanted: Manifest): Promise<SnapshotRecord> {
  checkManifest(wanted)
  // `runExclusively` prevents a clean-up between the check for missing contents and the insertion of the row that
  // protects them.
  return await deps.code.runExclusively(() => record(deps, wanted))
}

async function record(deps: SnapshotDeps, wanted: Manifest): Promise<SnapshotRecord> {
  const { digest, missing } = await checkManifestContents(deps, wanted)
  if (missing.length > 0)
    throw new AppError('conflict', { detail: phrase('contents_missing', { n: missing.length, first: missing[0]! }) })

  await deps.code.put(digest, new TextEncoder().encode(manifestText(wanted)))
  const sizeBytes = wanted.files.reduce((sum, file) => sum + file.sizeBytes, 0)

  return await deps.store.write(async (stores) => {
    await stores.snapshots.put({ digest, files: wanted.files.length, sizeBytes })
    return (await stores.snapshots.get(digest))!
  })
}

/** Throws AppError `invalid` for a path that is not allowed, and `too_large` beyond `LIMITS.snapshotBytesMax`. */
function checkManifest(wanted: Manifest): void {
  const fault = manifestFault(wanted)
  if (fault) throw new AppError('invalid', { detail: phrase(fault.why, { path: JSON.stringify(fault.path) }) })
  const sizeBytes = wanted.files.reduce((sum, file) => sum + file.sizeBytes, 0)
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

/** Returns the folder with a snapshot's files. They are unpacked once per digest. */
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
 * Removes snapshots that no run or sweep refers to, unpacked folders that were not used for long, and contents that no
 * snapshot contains.
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

  // Contents of uploads that were never finished are in no snapshot: look for them once per `snapshotKeepMs`.
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
 * Removes a snapshot, unless since the listing a run has come to refer to it or it was uploaded again. Returns the
 * number removed.
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
