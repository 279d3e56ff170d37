import { execFile } from 'node:child_process'
import { constants, existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { lstat, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'

import { phrase } from '../../contract/fields.ts'
import { AppError } from '../../contract/errors.ts'
import { pathBytes } from '../../contract/file-paths.ts'
import type { Executor } from '../../core/ports.ts'
import type { Run } from '../../core/records.ts'
import { attemptDir, isAttemptName } from './attempt-dir.ts'
import type { AttemptDir } from './attempt-dir.ts'
import { copyFolder, joinBytes } from './copy-folder.ts'

/**
 * Makes a run's folder: another run's, where it goes on with that one's outputs; one whose outputs begin as a copy. It
 * appears whole or not at all.
 */
export async function prepareRunDir(dataDir: string, run: Run, copiesOutputsOf: number | null): Promise<void> {
  const folder = (number: number): string => join(dataDir, 'runs', String(number))
  const own = folder(run.number)
  if (existsSync(own)) return
  if (copiesOutputsOf !== null) return await copyOutputs(folder(copiesOutputsOf), own)
  mkdirSync(folder(run.outputsOf), { recursive: true, mode: 0o700 })
  if (run.outputsOf !== run.number) return symlinkSync(String(run.outputsOf), own)
}

async function copyOutputs(from: string, own: string): Promise<void> {
  const half = `${own}.half`
  await removeTree(half)
  mkdirSync(half, { recursive: true, mode: 0o700 })
  for (const part of ['outputs', 'checkpoints']) if (existsSync(join(from, part))) await copyWhole(join(from, part), join(half, part))
  await rename(half, own)
}

/** The attempt's own copy of a folder of code. */
export async function copyTree(tree: string, dir: AttemptDir): Promise<string> {
  if (existsSync(dir.code)) return dir.code
  const half = `${dir.code}.half`
  await removeTree(half)
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
    if (UNREADABLE.has(fault.code ?? '')) throw new AppError('conflict', { detail: phrase('file_uncopied', { path, code: fault.code! }) }, { cause: fault })
    throw fault
  }
  await copyFolder(from, to, { keepsMarks: true, onFault })
}

const UNREADABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'ENAMETOOLONG', 'ELOOP'])

async function hasManyFiles(folder: string): Promise<boolean> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  return names.length > SYSTEM_COPY_FILES
}

/** A plain file, opened; undefined for anything else. A pipe in its place keeps nobody waiting. */
export async function openPlain(path: Buffer): Promise<FileHandle | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  if ((await file.stat()).isFile()) return file
  await file.close()
  return undefined
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
    if (code === 'EACCES' || code === 'EPERM') throw new AppError('conflict', { detail: phrase('file_closed', { path }) }, { cause: error })
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'ENXIO'].includes(code ?? '')) return undefined
    throw error
  }
}

/** Removes a folder that a script may have left in any state: with folders that may not be emptied, or deeper than a path is long. */
async function removeTree(path: string): Promise<void> {
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
export async function purgeFiles(dataDir: string, { names, run, keepsOutputs }: Purge): Promise<void> {
  for (const name of names) if (name.startsWith('hagane-')) await removeTree(attemptDir(dataDir, name).path)
  const own = join(dataDir, 'runs', String(run.number))
  const isLink = (await lstat(own).catch(() => undefined))?.isSymbolicLink() ?? false
  if (isLink || !keepsOutputs) await removeTree(own)
  if (!keepsOutputs) await removeTree(join(dataDir, 'runs', String(run.outputsOf)))
}

/** Removes copies of code whose attempt ended before a time; how many that were. */
export async function removeWorkCopies(dataDir: string, endedBefore: number): Promise<number> {
  const folder = join(dataDir, 'attempts')
  let removed = 0
  for (const name of existsSync(folder) ? await readdir(folder) : []) {
    if (!isAttemptName(name)) continue
    const dir = attemptDir(dataDir, name)
    const exit = await stat(join(dir.path, 'exit')).catch(() => undefined)
    if (!exit || exit.mtimeMs >= endedBefore || !existsSync(dir.code)) continue
    await removeTree(dir.code)
    removed += 1
  }
  return removed
}
