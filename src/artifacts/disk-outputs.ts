import { createHash } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import type { Dirent } from 'node:fs'
import { opendir, realpath, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'

import { AppError } from '../contract/errors.ts'
import { phrase } from '../contract/fields.ts'
import { pathText } from '../contract/file-paths.ts'
import { LIMITS } from '../contract/limits.ts'
import { dataDirPaths, runPaths } from '../core/data-dir.ts'
import type { OutputPlacement } from '../core/outputs/placement.ts'
import type { ListedOutputs, OutputStore, ReleasedRun } from '../core/ports/output-store.ts'
import type { RunRef } from '../core/records/run.ts'
import { isShortage } from '../core/shortage.ts'
import { joinBytes } from '../disk/copy-folder.ts'
import { copyWhole } from '../disk/copy-whole.ts'
import { openInside } from '../disk/open-inside.ts'
import { placeFor } from '../disk/owned-folder.ts'
import { openPlain } from '../disk/plain-file.ts'
import { removeLeftovers, removeTree, removeWhole } from '../disk/removal.ts'
import { createRunFolder, ownerOfRunFolder, runFolder } from '../disk/run-dir.ts'

/** A file in the outputs of a run. */
export interface OutputFile {
  /** Path relative to the outputs folder, written by `pathText`. */
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
}

/** Creates the store of the output files in a data directory. */
export function createDiskOutputs(dataDir: string): OutputStore {
  const outputsOf = (run: RunRef): string => runPaths(runFolder(dataDir, run)).outputs

  return {
    prepare: async (placement) => {
      await prepareRunFolder(dataDir, placement)
      const folder = outputsOf(placement.run)
      createOutputsFolder(folder)
      return folder
    },
    hasAny: async (run) => isOwnFolder(dataDir, run) && hasFiles(outputsOf(run)),
    list: async (run) => (isOwnFolder(dataDir, run) ? await hashFiles(outputsOf(run)) : { files: [], unreadable: [] }),
    open: async (run, path) => (isOwnFolder(dataDir, run) ? await openInside(outputsOf(run), path) : undefined),
    remove: async (released, isShared) => await removeOutputs(dataDir, released, isShared),
  }
}

/**
 * Creates the folder of a run. For a run that resumes, this is a link to the folder of `owner`, whose outputs it
 * continues. With `copySource`, the new folder contains a copy of the outputs of that run. The copy is renamed into
 * place when it is complete.
 */
async function prepareRunFolder(
  dataDir: string,
  { run, owner, existingOf, copySource }: OutputPlacement,
): Promise<void> {
  const before = existingOf && (await realpath(runFolder(dataDir, existingOf)).catch(() => null))
  const ownerPath = before ?? findRunFolder(dataDir, owner, run.startedAt !== null)

  if (copySource !== null && ownerOfRunFolder(ownerPath) !== run.id)
    await copyOutputs(runFolder(dataDir, copySource), ownerPath, run.id)
  else if (before === null) createRunFolder(ownerPath, owner.id)

  if (owner.id !== run.id) linkTo(ownerPath, dataDirPaths(dataDir).run(run.number), run.id)
}

/**
 * Returns the path of the folder of a run, whether or not the folder exists. `hasStarted`: the run has started before.
 * Version 0.1.0, which stored no owner, may then have created the folder, so a folder without an owner is used.
 */
function findRunFolder(dataDir: string, run: RunRef, hasStarted: boolean): string {
  const plain = runFolder(dataDir, run)
  const owner = ownerOfRunFolder(plain)
  return hasStarted && owner === undefined ? plain : placeFor(plain, run.id, owner)
}

/**
 * Creates a link from `plain`, the path of a run, to `folder`, the folder of the run that it resumes. If `plain` is
 * taken, the link has the id of the run appended. The id is first written to `folder`: a run of another database may
 * have the same number, and a link contains no id.
 */
function linkTo(folder: string, plain: string, runId: string): void {
  const target = basename(folder)
  const { linked } = runPaths(folder)
  mkdirSync(linked, { recursive: true, mode: 0o700 })
  writeFileSync(join(linked, runId), '')

  for (const path of [plain, `${plain}.${runId}`]) {
    const there = lstatSync(path, { throwIfNoEntry: false })
    if (!there) return symlinkSync(target, path)
    if (there.isSymbolicLink() && readlinkSync(path) === target) return
  }
}

async function copyOutputs(from: string, own: string, runId: string): Promise<void> {
  const half = `${own}.half`
  await removeTree(half)
  createRunFolder(half, runId)
  const [source, target] = [runPaths(from), runPaths(half)]
  for (const part of ['outputs', 'checkpoints'] as const)
    if (existsSync(source[part])) await copyWhole(source[part], target[part])
  await rename(half, own)
}

/**
 * Removes the folder with the outputs of a run, and the link of the run to that folder. With `isShared`, when another
 * run still uses the folder, removes the link only. The link is removed last: after an interruption the next call finds
 * the folder by it.
 */
async function removeOutputs(dataDir: string, { run, isLaunched }: ReleasedRun, isShared: boolean): Promise<void> {
  const plain = dataDirPaths(dataDir).runs
  const runs = await realpath(plain).catch(() => plain)
  const own = runFolder(dataDir, run)
  const isOwnLink = isLinkOf(run, own)
  const removable = await removableFolderOf(dataDir, { run, isLaunched })

  // A program may have replaced the folder by a link: only a folder directly under `runs` is removed.
  if (!isShared && removable !== undefined && dirname(removable) === runs) await removeWhole(removable)
  if (isOwnLink && isLaunched) await removeTree(own)
  for (const [number, id] of [
    [run.number, run.id],
    ...(isShared ? [] : [[run.outputsOwnerNumber, run.origin?.runId ?? run.id] as const]),
  ] as const)
    await removeLeftovers(join(runs, String(number)), id)
}

/**
 * Returns the folder with the outputs of a run. Returns undefined unless the folder certainly belongs to this run: a
 * run of another database may have the same number.
 */
async function removableFolderOf(dataDir: string, { run, isLaunched }: ReleasedRun): Promise<string | undefined> {
  const own = runFolder(dataDir, run)
  const outputs = await realpath(own).catch(() => undefined)
  if (outputs !== undefined && isLaunched && isLinkOf(run, own)) return outputs

  const owner = outputs === undefined || isLink(own) ? undefined : ownerOfRunFolder(outputs)
  // A folder of version 0.1.0 has no owner; it belongs to the run if an attempt was launched.
  if (outputs !== undefined && (owner === run.id || (owner === undefined && isLaunched && !isLink(own)))) return outputs

  // A run that was to resume another run and never started has no link. Its outputs are in the folder of that run.
  if (!run.origin || run.outputsOwnerNumber === run.number) return undefined
  const resumed = runFolder(dataDir, { id: run.origin.runId, number: run.outputsOwnerNumber })
  return ownerOfRunFolder(resumed) === run.origin.runId ? await realpath(resumed) : undefined
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
}

/**
 * Whether a path is a link of this run to the folder of the run that it resumes. Folders of earlier versions do not
 * contain the ids of the runs that link to them; there any link is accepted.
 */
function isLinkOf({ id }: Pick<RunRef, 'id'>, path: string): boolean {
  const { linked } = runPaths(path)
  return isLink(path) && (!existsSync(linked) || existsSync(join(linked, id)))
}

/**
 * Whether the folder at the path of a run belongs to this run. It may belong to a run of another database with the same
 * number. A folder without an owner counts as belonging to this run.
 */
function isOwnFolder(dataDir: string, run: RunRef): boolean {
  const path = runFolder(dataDir, run)
  if (isLink(path)) return isLinkOf(run, path)
  const owner = ownerOfRunFolder(path)
  return owner === undefined || owner === run.id
}

/**
 * Whether a folder has any entry. Returns false if it cannot be read: a run must end even if its script removed the
 * folder, closed it, or replaced it with a loop of links, and none of these errors goes away by itself. Throws if file
 * descriptors or memory run short, because a later pass can succeed.
 */
function hasFiles(root: string): boolean {
  try {
    return readdirSync(root).length > 0
  } catch (error) {
    if (isShortage(error)) throw error
    return false
  }
}

/**
 * Returns the regular files under a folder with their hashes, in the byte order of their paths. Only the first
 * `artifactsPerRunMax` files that are found are listed. Links are not followed. Throws if file descriptors or memory
 * run short.
 */
async function hashFiles(root: string): Promise<ListedOutputs> {
  const found: Found = { paths: [], unreadable: [] }
  await collectPaths(root, Buffer.alloc(0), found)

  const files: OutputFile[] = []
  for (const path of found.paths.sort(Buffer.compare)) {
    const file = await readOrNote(path, found, () => hashFile(root, path))
    if (file) files.push(file)
  }

  return { files, unreadable: found.unreadable }
}

interface Found {
  readonly paths: Buffer[]
  readonly unreadable: string[]
}

async function collectPaths(root: string, folder: Buffer, found: Found): Promise<void> {
  const entries = await readOrNote(folder, found, () =>
    openFolder(folder.length === 0 ? Buffer.from(root) : joinBytes(root, folder)),
  )
  if (!entries) return

  for await (const entry of entries) {
    if (found.paths.length >= LIMITS.artifactsPerRunMax) return
    const path = folder.length === 0 ? entry.name : joinBytes(folder, entry.name)
    if (entry.isDirectory()) await collectPaths(root, path, found)
    else if (entry.isFile() && pathText(path).length <= LIMITS.outputPathCharsMax) found.paths.push(path)
    else if (entry.isFile()) found.unreadable.push(pathText(path))
  }
}

/** Lists a folder with names as bytes. The types of `opendir` do not include the encoding `buffer`. */
async function openFolder(path: Buffer): Promise<AsyncIterable<Dirent<Buffer>>> {
  return (await opendir(path, { encoding: 'buffer' as BufferEncoding })) as unknown as AsyncIterable<Dirent<Buffer>>
}

/** Returns the size and hash of a file; undefined if the path is no longer a regular file. */
async function hashFile(root: string, path: Buffer): Promise<OutputFile | undefined> {
  const file = await openPlain(joinBytes(root, path))
  if (!file) return undefined
  const hash = createHash('sha256')
  const { size } = await file.stat()
  await pipeline(file.createReadStream(), hash)
  return { path: pathText(path), sizeBytes: size, sha256: hash.digest('hex') }
}

/**
 * Runs `work`, which reads the file or folder at `path`. Returns undefined if `path` was removed. Also returns
 * undefined if it cannot be read, and then adds it to `unreadable`. Throws if file descriptors or memory run short.
 */
async function readOrNote<T>(path: Buffer, { unreadable }: Found, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (isShortage(error)) throw error
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') unreadable.push(pathText(path))
    return undefined
  }
}

/**
 * Creates the outputs folder of a run. Throws AppError `conflict` if an earlier attempt left something else than a
 * folder at this path.
 */
function createOutputsFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() || !lstatSync(path, { throwIfNoEntry: false }))
      throw error
    throw new AppError('conflict', { detail: phrase('outputs_no_folder', { path }) }, { cause: error })
  }
}
