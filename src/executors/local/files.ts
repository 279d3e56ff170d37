import { execFile } from 'node:child_process'
import { existsSync, lstatSync, readlinkSync, symlinkSync } from 'node:fs'
import { lstat, mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'

import { phrase } from '../../contract/fields.ts'
import { AppError } from '../../contract/errors.ts'
import { pathBytes } from '../../contract/file-paths.ts'
import type { Launch } from '../../core/ports/executor.ts'
import type { RunFiles, RunFilesToPurge } from '../../core/ports/run-files.ts'
import type { RunRef } from '../../core/records/run.ts'
import {
  attemptDir,
  createRunFolder,
  removalPathOf,
  isAttemptFolder,
  ownerOfRunFolder,
  ownsFolder,
  placeFor,
  leftoverPathsOf,
  runFolder,
} from './attempt-dir.ts'
import type { AttemptDir } from './attempt-dir.ts'
import { copyFolder, joinBytes } from './copy-folder.ts'
import { openPlain } from './plain-file.ts'

/**
 * Creates the folder of a run: a link to another run's folder where the run continues with the outputs of that run, or
 * a folder whose outputs begin as a copy. The folder appears complete or not at all.
 */
export async function prepareRunDir(
  dataDir: string,
  { run, outputsOwner, existingOutputsOf, copySource }: Launch,
): Promise<void> {
  const before = existingOutputsOf && (await realpath(runFolder(dataDir, existingOutputsOf)).catch(() => null))
  const ownerPath = before ?? findRunFolder(dataDir, outputsOwner, run.startedAt !== null)

  if (copySource !== null && ownerOfRunFolder(ownerPath) !== run.id)
    await copyOutputs(runFolder(dataDir, copySource), ownerPath, run.id)
  else if (before === null) createRunFolder(ownerPath, outputsOwner.id)

  if (outputsOwner.id !== run.id) linkTo(ownerPath, join(dataDir, 'runs', String(run.number)), run.id)
}

/**
 * Returns where the folder of a run is, or where to create it. `hasStarted`: the run has started before, so version 0.1.0,
 * which stored no owner, may have created the folder.
 */
function findRunFolder(dataDir: string, run: RunRef, hasStarted: boolean): string {
  const plain = runFolder(dataDir, run)
  const owner = ownerOfRunFolder(plain)
  return hasStarted && owner === undefined ? plain : placeFor(plain, run.id, owner)
}

/** Creates a link from the path of a run to the folder of the run that it resumes. */
function linkTo(folder: string, plain: string, runId: string): void {
  const target = basename(folder)
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
  for (const part of ['outputs', 'checkpoints'])
    if (existsSync(join(from, part))) await copyWhole(join(from, part), join(half, part))
  await rename(half, own)
}

/** Returns the attempt's own copy of a folder of code; makes the copy if it does not exist. */
export async function copyTree(tree: string, dir: AttemptDir): Promise<string> {
  if (existsSync(dir.code)) return dir.code

  const half = `${dir.code}.half`
  await removeTree(half)
  await mkdir(dirname(half), { recursive: true, mode: 0o700 })
  await copyWhole(tree, half)
  await rename(half, dir.code)
  return dir.code
}

const SYSTEM_COPY_FILES = 200

/**
 * Copies a folder. Large folders are copied by `cp`, which does not block this process; both ways share blocks where
 * the file system can. Throws AppError `conflict` with the name of a file that cannot be read, since no retry could
 * read it.
 */
async function copyWhole(from: string, to: string): Promise<void> {
  if (process.platform === 'linux' && (await hasManyFiles(from))) {
    try {
      await promisify(execFile)('cp', ['-R', '--reflink=auto', '--preserve=mode,timestamps', '--', from, to])
      return
    } catch {
      // Copied again below, where an error names the file that cannot be copied.
      await removeTree(to)
    }
  }

  const onFault = (path: string, fault: NodeJS.ErrnoException): never => {
    if (UNREADABLE.has(fault.code ?? ''))
      throw new AppError(
        'conflict',
        { detail: phrase('file_uncopied', { path: path || from, code: fault.code! }) },
        { cause: fault },
      )
    throw fault
  }

  await copyFolder(from, to, { keepsMarks: true, onFault })
}

const UNREADABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'ENAMETOOLONG', 'ELOOP', 'ENOTDIR', 'EEXIST'])

async function hasManyFiles(folder: string): Promise<boolean> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  return names.length > SYSTEM_COPY_FILES
}

/**
 * Opens a file inside a folder as a stream; undefined where the path leaves the folder, is no regular file, or does not
 * exist. Throws AppError `conflict` where reading is not permitted.
 */
export async function openInside(root: string, path: string): Promise<ReadableStream<Uint8Array> | undefined> {
  try {
    const real = await realpath(root, { encoding: 'buffer' })
    const target = await realpath(joinBytes(real, pathBytes(path)), { encoding: 'buffer' })
    if (!target.subarray(0, real.length + 1).equals(joinBytes(real, ''))) return undefined
    const file = await openPlain(target)
    return file && (Readable.toWeb(file.createReadStream()) as ReadableStream<Uint8Array>)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM')
      throw new AppError('conflict', { detail: phrase('file_closed', { path }) }, { cause: error })
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(code ?? '')) return undefined
    throw error
  }
}

/**
 * Removes a folder that a script may have left in any state: with folders that cannot be emptied, or with paths longer
 * than a system call accepts.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 5 })
  } catch {
    // `chmod` and `rm` descend folder by folder, so long paths do not stop them. `rm` reports the files that `chmod`
    // could not change.
    await promisify(execFile)('chmod', ['-R', 'u+rwX', '--', path]).catch(() => {})
    await promisify(execFile)('rm', ['-rf', '--', path])
  }
}

/** Creates the removal of the files of runs in a data directory. */
export function createLocalRunFiles(dataDir: string): RunFiles {
  return {
    purge: async (what) => await purgeFiles(dataDir, what),
    removeWorkCopies: async (endedBefore) => await removeWorkCopies(dataDir, endedBefore),
  }
}

/**
 * Removes the files of a run: the folders of its attempts, its link to another run's folder, and that folder unless
 * `keepsOutputs` is set.
 */
async function purgeFiles(dataDir: string, { attempts, run, keepsOutputs }: RunFilesToPurge): Promise<void> {
  // An attempt of a script that was started by hand has another kind of name and no folder.
  for (const attempt of attempts.filter(({ name }) => isAttemptFolder(name))) {
    const dir = attemptDir(dataDir, attempt)
    if (ownsFolder(attempt, dir)) {
      await removeTree(dirname(dir.code))
      await removeWhole(dir.path)
    }
    await removeLeftovers(join(dataDir, 'attempts', attempt.name), attempt.id)
  }

  await purgeOutputs(dataDir, { attempts, run, keepsOutputs })
}

async function purgeOutputs(dataDir: string, { attempts, run, keepsOutputs }: RunFilesToPurge): Promise<void> {
  const own = runFolder(dataDir, run)
  const runs = await realpath(join(dataDir, 'runs')).catch(() => join(dataDir, 'runs'))
  await removeLeftovers(join(runs, String(run.number)), run.id)

  const shared = join(runs, String(run.outputsOwnerNumber))
  const outputs = await realpath(own).catch(() => shared)
  const owner = ownerOfRunFolder(outputs)

  // A run that was never launched has no folder: one under its number may belong to a run of another database.
  const isOwn =
    attempts.some(({ outputsPath }) => outputsPath !== null) || owner === run.id || owner === run.origin?.runId

  if (isOwn && (await lstat(own).catch(() => undefined))?.isSymbolicLink()) await removeTree(own)

  if (keepsOutputs) return
  // A program may have replaced the folder by a link to elsewhere.
  if (isOwn && dirname(outputs) === runs) await removeWhole(outputs)
  await removeLeftovers(shared, run.origin?.runId ?? run.id)
}

/**
 * Renames an owner's folder and removes it: a partly removed folder would no longer identify its owner, and nothing
 * would remove it.
 */
async function removeWhole(path: string): Promise<void> {
  await removeTree(removalPathOf(path))
  if (existsSync(path)) await rename(path, removalPathOf(path))
  await removeTree(removalPathOf(path))
}

/** Removes the files that an interrupted creation or removal of an owner's folder left. */
async function removeLeftovers(path: string, id: string): Promise<void> {
  for (const rest of leftoverPathsOf(path, id)) await removeTree(rest)
}

/**
 * Removes working copies of code whose attempt ended before a time, and copies older than that time whose attempt has
 * no folder. Returns their number.
 */
async function removeWorkCopies(dataDir: string, endedBefore: number): Promise<number> {
  const [attempts, work] = [join(dataDir, 'attempts'), join(dataDir, 'work')]
  const copies = [
    ...(await namesIn(work)).map((name) => ({ name, path: join(work, name) })),
    // Version 0.1.0 kept working copies in the attempt's folder.
    ...(await namesIn(attempts)).map((name) => ({ name, path: join(attempts, name, 'code') })),
  ]

  let removed = 0
  for (const { name, path } of copies.filter((copy) => isAttemptFolder(copy.name) && existsSync(copy.path))) {
    const ended = await stat(existsSync(join(attempts, name)) ? join(attempts, name, 'exit') : path).catch(
      () => undefined,
    )
    if (!ended || ended.mtimeMs >= endedBefore) continue
    await removeTree(path)
    removed += 1
  }

  return removed
}

async function namesIn(folder: string): Promise<string[]> {
  return existsSync(folder) ? await readdir(folder) : []
}
