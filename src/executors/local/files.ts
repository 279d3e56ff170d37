import { execFile } from 'node:child_process'
import { constants, existsSync, lstatSync, mkdirSync, symlinkSync } from 'node:fs'
import { cp, lstat, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'

import type { Executor } from '../../core/ports.ts'
import type { Run } from '../../core/records.ts'
import { attemptDir, isAttemptName } from './attempt-dir.ts'
import type { AttemptDir } from './attempt-dir.ts'

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
  await rm(half, { recursive: true, force: true })
  mkdirSync(half, { recursive: true, mode: 0o700 })
  for (const part of ['outputs', 'checkpoints']) if (existsSync(join(from, part))) await copyFolder(join(from, part), join(half, part))
  await rename(half, own)
}

/** The attempt's own copy of a folder of code. */
export async function copyTree(tree: string, dir: AttemptDir): Promise<string> {
  if (existsSync(dir.code)) return dir.code
  const half = `${dir.code}.half`
  await rm(half, { recursive: true, force: true })
  await copyFolder(tree, half)
  await rename(half, dir.code)
  return dir.code
}

const SYSTEM_COPY_FILES = 200

/** Large folders are copied by the system's own program, which leaves this process free; both share blocks where they can. */
async function copyFolder(from: string, to: string): Promise<void> {
  if (process.platform === 'linux' && (await hasManyFiles(from))) {
    await promisify(execFile)('cp', ['-R', '--reflink=auto', '--preserve=mode,timestamps', '--', from, to])
    return
  }
  // Pipes and sockets that a program left behind are nothing to copy.
  const filter = (path: string): boolean => ['isFile', 'isDirectory', 'isSymbolicLink'].some((is) => lstatSync(path)[is as 'isFile']())
  await cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true, preserveTimestamps: true, filter })
}

async function hasManyFiles(folder: string): Promise<boolean> {
  return (await readdir(folder, { recursive: true })).length > SYSTEM_COPY_FILES
}

/** A file inside a folder as a stream; undefined for whatever leaves the folder, is no plain file, or is not there. */
export async function openInside(root: string, path: string): Promise<ReadableStream<Uint8Array> | undefined> {
  try {
    const real = await realpath(root)
    const target = await realpath(join(real, path))
    if (!target.startsWith(real + sep)) return undefined
    const file = await open(target, constants.O_RDONLY | constants.O_NOFOLLOW)
    if ((await file.stat()).isFile()) return Readable.toWeb(file.createReadStream()) as ReadableStream<Uint8Array>
    await file.close()
    return undefined
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

type Purge = Parameters<Executor['purge']>[0]

/** Removes what a run left on the disk; its link to another run's folder, and that folder once nobody else writes there. */
export async function purgeFiles(dataDir: string, { names, run, keepsOutputs }: Purge): Promise<void> {
  const remove = async (path: string): Promise<void> => await rm(path, { recursive: true, force: true, maxRetries: 5 })
  for (const name of names) if (name.startsWith('hagane-')) await remove(attemptDir(dataDir, name).path)
  const own = join(dataDir, 'runs', String(run.number))
  const isLink = (await lstat(own).catch(() => undefined))?.isSymbolicLink() ?? false
  if (isLink || !keepsOutputs) await remove(own)
  if (!keepsOutputs) await remove(join(dataDir, 'runs', String(run.outputsOf)))
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
    await rm(dir.code, { recursive: true, force: true })
    removed += 1
  }
  return removed
}
