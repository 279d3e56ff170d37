import { execFile } from 'node:child_process'
import { existsSync, lstatSync, readlinkSync, symlinkSync } from 'node:fs'
import { lstat, mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'

import { phrase } from '../../contract/fields.ts'
import { AppError } from '../../contract/errors.ts'
import { pathBytes } from '../../contract/file-paths.ts'
import type { Executor, Launch, RunRef } from '../../core/ports.ts'
import {
  attemptDir,
  createRunFolder,
  goneOf,
  isAttemptFolder,
  ownerOfRunFolder,
  ownsFolder,
  placeFor,
  restsOf,
  runFolder,
} from './attempt-dir.ts'
import type { AttemptDir } from './attempt-dir.ts'
import { copyFolder, joinBytes } from './copy-folder.ts'
import { openPlain } from './plain-file.ts'

/**
 * Makes a run's folder: another run's, where it goes on with that one's outputs; one whose outputs begin as a copy. It
 * appears whole or not at all.
 */
export async function prepareRunDir(
  dataDir: string,
  { run, outputsOwner, goesOnWith, copiesOutputsOf }: Launch,
): Promise<void> {
  const before = goesOnWith && (await realpath(runFolder(dataDir, goesOnWith)).catch(() => null))
  const ownerPath = before ?? placeOf(dataDir, outputsOwner, run.startedAt !== null)
  if (copiesOutputsOf !== null && ownerOfRunFolder(ownerPath) !== run.id)
    await copyOutputs(runFolder(dataDir, copiesOutputsOf), ownerPath, run.id)
  else if (before === null) createRunFolder(ownerPath, outputsOwner.id)
  if (outputsOwner.id !== run.id) linkTo(ownerPath, join(dataDir, 'runs', String(run.number)), run.id)
}

/** Where the folder of a run is, or is to be. `isBegun`: version 0.1.0, which noted no owner, may have made it. */
function placeOf(dataDir: string, run: RunRef, isBegun: boolean): string {
  const plain = runFolder(dataDir, run)
  const owner = ownerOfRunFolder(plain)
  return isBegun && owner === undefined ? plain : placeFor(plain, run.id, owner)
}

/** Links a run's place to the folder of the run that it resumes. */
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

/** The attempt's own copy of a folder of code. */
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
 * Large folders are copied by the system's own program, which leaves this process free; both share blocks where they can.
 * Throws AppError `conflict` with the name of what cannot be read: no later try could.
 */
async function copyWhole(from: string, to: string): Promise<void> {
  if (process.platform === 'linux' && (await hasManyFiles(from))) {
    try {
      await promisify(execFile)('cp', ['-R', '--reflink=auto', '--preserve=mode,timestamps', '--', from, to])
      return
    } catch {
      // Copied once more below, which says in our words what it cannot copy.
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
 * A file inside a folder as a stream; undefined for whatever leaves the folder, is no plain file, or is not there. Throws
 * AppError `conflict` for one that may not be read.
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

/** Removes a folder that a script may have left in any state: with folders that may not be emptied, or deeper than a path is long. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 5 })
  } catch {
    // `chmod` and `rm` descend folder by folder, so long paths do not stop them. `rm` reports the files that `chmod` could not change.
    await promisify(execFile)('chmod', ['-R', 'u+rwX', '--', path]).catch(() => {})
    await promisify(execFile)('rm', ['-rf', '--', path])
  }
}

type Purge = Parameters<Executor['purge']>[0]

/** Removes what a run left on the disk; its link to another run's folder, and that folder once nobody else writes there. */
export async function purgeFiles(dataDir: string, { attempts, run, keepsOutputs }: Purge): Promise<void> {
  // A script that runs by itself has a name of its own kind, and no folder.
  for (const attempt of attempts.filter(({ name }) => isAttemptFolder(name))) {
    const dir = attemptDir(dataDir, attempt)
    if (ownsFolder(attempt, dir)) {
      await removeTree(dirname(dir.code))
      await removeWhole(dir.path)
    }
    await removeRests(join(dataDir, 'attempts', attempt.name), attempt.id)
  }
  await purgeOutputs(dataDir, { attempts, run, keepsOutputs })
}

async function purgeOutputs(dataDir: string, { attempts, run, keepsOutputs }: Purge): Promise<void> {
  const own = runFolder(dataDir, run)
  const runs = await realpath(join(dataDir, 'runs')).catch(() => join(dataDir, 'runs'))
  await removeRests(join(runs, String(run.number)), run.id)
  const shared = join(runs, String(run.outputsOf))
  const outputs = await realpath(own).catch(() => shared)
  const owner = ownerOfRunFolder(outputs)
  // A run that was never launched has made no folder: one under its number may be another database's.
  const isOwn =
    attempts.some(({ outputsPath }) => outputsPath !== null) || owner === run.id || owner === run.origin?.runId
  if (isOwn && (await lstat(own).catch(() => undefined))?.isSymbolicLink()) await removeTree(own)
  if (keepsOutputs) return
  // A program may have put a link in place of the folder.
  if (isOwn && dirname(outputs) === runs) await removeWhole(outputs)
  await removeRests(shared, run.origin?.runId ?? run.id)
}

/** Removes an owner's folder under another name: a half of it would not name its owner, and nobody would remove it. */
async function removeWhole(path: string): Promise<void> {
  await removeTree(goneOf(path))
  if (existsSync(path)) await rename(path, goneOf(path))
  await removeTree(goneOf(path))
}

/** Removes what a making or a removal of an owner's folder left when it was cut short. */
async function removeRests(path: string, id: string): Promise<void> {
  for (const rest of restsOf(path, id)) await removeTree(rest)
}

/** Removes copies of code whose attempt ended before a time, or has no folder any more; how many that were. */
export async function removeWorkCopies(dataDir: string, endedBefore: number): Promise<number> {
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
