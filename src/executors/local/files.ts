import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'

import { phrase } from '../../contract/fields.ts'
import { AppError } from '../../contract/errors.ts'
import { pathBytes } from '../../contract/file-paths.ts'
import { attemptPaths, dataDirPaths } from '../../core/data-dir.ts'
import type { WorkCopies } from '../../core/ports/work-copies.ts'
import type { AttemptRef } from '../../core/records/attempt.ts'
import { attemptDir, removalPathOf, isAttemptFolder, ownsFolder, leftoverPathsOf } from './attempt-dir.ts'
import type { AttemptDir } from './attempt-dir.ts'
import { copyFolder, joinBytes } from './copy-folder.ts'
import { openPlain } from './plain-file.ts'

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
export async function copyWhole(from: string, to: string): Promise<void> {
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
  if (path.includes('\0')) return undefined
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

/** Creates the store of the working copies in a data directory. */
export function createLocalWorkCopies(dataDir: string): WorkCopies {
  return { removeOld: async (endedBefore) => await removeOldCopies(dataDir, endedBefore) }
}

/** Removes the folder of an attempt and its working copy. */
export async function removeAttempt(dataDir: string, attempt: AttemptRef): Promise<void> {
  // An attempt of a script that was started by hand has another kind of name and no folder.
  if (!isAttemptFolder(attempt.name)) return

  const dir = attemptDir(dataDir, attempt)
  if (ownsFolder(attempt, dir)) {
    await removeTree(dirname(dir.code))
    await removeWhole(dir.path)
  }
  await removeLeftovers(dataDirPaths(dataDir).attempt(attempt.name), attempt.id)
}

/**
 * Renames an owner's folder and removes it: a partly removed folder would no longer identify its owner, and nothing
 * would remove it.
 */
export async function removeWhole(path: string): Promise<void> {
  await removeTree(removalPathOf(path))
  if (existsSync(path)) await rename(path, removalPathOf(path))
  await removeTree(removalPathOf(path))
}

/** Removes the files that an interrupted creation or removal of an owner's folder left. */
export async function removeLeftovers(path: string, id: string): Promise<void> {
  for (const rest of leftoverPathsOf(path, id)) await removeTree(rest)
}

/**
 * Removes working copies of code whose attempt ended before a time, and copies older than that time whose attempt has
 * no folder. Returns their number.
 */
async function removeOldCopies(dataDir: string, endedBefore: number): Promise<number> {
  const { attempts, workCopies } = dataDirPaths(dataDir)
  const copies = [
    ...(await namesIn(workCopies)).map((name) => ({ name, path: join(workCopies, name) })),
    // Version 0.1.0 kept working copies in the attempt's folder.
    ...(await namesIn(attempts)).map((name) => ({ name, path: attemptPaths(join(attempts, name)).formerCode })),
  ]

  let removed = 0
  for (const { name, path } of copies.filter((copy) => isAttemptFolder(copy.name) && existsSync(copy.path))) {
    const folder = join(attempts, name)
    const ended = await stat(existsSync(folder) ? attemptPaths(folder).exit : path).catch(() => undefined)
    if (!ended || ended.mtimeMs >= endedBefore) continue
    await removeTree(path)
    removed += 1
  }

  return removed
}

async function namesIn(folder: string): Promise<string[]> {
  return existsSync(folder) ? await readdir(folder) : []
}
