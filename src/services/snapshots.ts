import { AppError } from '../contract/errors.ts'
import { LIMITS } from '../contract/limits.ts'
import { manifestFault, manifestText } from '../contract/snapshot.ts'
import type { FileEntry, Manifest } from '../contract/snapshot.ts'
import type { Clock, CodeStore, Ids, SnapshotRecord, Store } from '../core/ports.ts'

export interface SnapshotDeps {
  readonly store: Store
  readonly code: CodeStore
  readonly ids: Ids
  readonly clock: Clock
}

/** Says which contents of a manifest are not kept yet. Throws AppError `invalid` for a path that may not be. */
export async function findMissing({ store, code, ids }: SnapshotDeps, wanted: Manifest): Promise<{ digest: string; isKnown: boolean; missing: string[] }> {
  checkManifest(wanted)
  const digest = ids.digest(manifestText(wanted))
  const isKnown = (await store.read.content.snapshot(digest)) !== undefined
  return { digest, isKnown, missing: await code.missing([...new Set(wanted.files.map((file) => file.sha256))]) }
}

/** Records a snapshot once all its contents are kept; its manifest is kept as a content of its own. */
export async function createSnapshot(deps: SnapshotDeps, wanted: Manifest): Promise<SnapshotRecord> {
  const { digest, missing } = await findMissing(deps, wanted)
  if (missing.length > 0) throw new AppError('conflict', { detail: `${missing.length} contents are missing, first ${missing[0]}` })
  await deps.code.put(digest, new TextEncoder().encode(manifestText(wanted)))
  const sizeBytes = wanted.files.reduce((sum, file) => sum + file.sizeBytes, 0)
  return await deps.store.write(async (parts) => {
    await parts.content.putSnapshot({ digest, files: wanted.files.length, sizeBytes })
    return (await parts.content.snapshot(digest))!
  })
}

function checkManifest(wanted: Manifest): void {
  const fault = manifestFault(wanted)
  if (fault) throw new AppError('invalid', { detail: `path ${JSON.stringify(fault.path)}: ${fault.why}` })
  const sizeBytes = wanted.files.reduce((sum, file) => sum + file.sizeBytes, 0)
  if (sizeBytes > LIMITS.snapshotBytesMax) throw new AppError('too_large', { max: LIMITS.snapshotBytesMax })
}

/** The manifest of a kept snapshot. Throws AppError `not_found`. */
export async function readManifest(code: Pick<CodeStore, 'read'>, digest: string): Promise<Manifest> {
  const bytes = await code.read(digest)
  if (!bytes) throw new AppError('not_found', { what: `snapshot ${digest}` })
  const { files } = JSON.parse(new TextDecoder().decode(bytes)) as { files: [string, string, number, boolean][] }
  return { files: files.map(([path, sha256, sizeBytes, isExecutable]): FileEntry => ({ path, sha256, sizeBytes, isExecutable })) }
}

/** The folder with a snapshot's files, unpacked once per digest. */
export async function checkOut({ store, code }: Pick<SnapshotDeps, 'store' | 'code'>, digest: string): Promise<string> {
  const { path, isNew } = await code.checkOut(digest, await readManifest(code, digest))
  if (isNew) await store.write((parts) => parts.events.append([{ kind: 'snapshot.unpacked', actor: 'platform', data: { digest } }]))
  return path
}

const SNAPSHOTS_AT_ONCE = 500

/** Removes snapshots that no run names any more, folders nobody used for long, and contents that no snapshot has. */
export async function collectSnapshots({ store, code, clock }: SnapshotDeps): Promise<void> {
  await code.removeStale(clock.now() - LIMITS.treeKeepMs)
  const old = await store.read.content.listSnapshots(clock.now() - LIMITS.snapshotKeepMs, SNAPSHOTS_AT_ONCE)
  const named = await store.read.runs.stillNamed(
    'snapshot',
    old.map((item) => item.digest),
  )
  const unnamed = old.filter((item) => !named.has(item.digest))
  if (unnamed.length === 0) return
  for (const { digest } of unnamed) await store.write((parts) => parts.content.removeSnapshot(digest))
  const kept = new Set<string>()
  for (const { digest } of await store.read.content.listSnapshots(clock.now() + 1, LISTED_MAX)) {
    kept.add(digest)
    for (const file of (await readManifest(code, digest)).files) kept.add(file.sha256)
  }
  await code.removeBlobs(clock.now() - LIMITS.snapshotKeepMs, (hash) => kept.has(hash))
}

const LISTED_MAX = 1_000_000
