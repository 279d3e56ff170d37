import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { opendir } from 'node:fs/promises'
import type { Dirent } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

import { pathText } from '../../contract/file-paths.ts'
import { LIMITS } from '../../contract/limits.ts'
import type { ListedOutputs, OutputStore } from '../../core/ports/output-store.ts'
import { isShortage } from '../../core/shortage.ts'
import { attemptDir, runFolder } from './attempt-dir.ts'
import { joinBytes } from './copy-folder.ts'
import { openInside } from './files.ts'
import { openPlain } from './plain-file.ts'

/** A file in the outputs of a run. */
export interface OutputFile {
  /** Relative to the outputs, in the form of `pathText`. */
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
}

/** Creates the store of the output files in a data directory. */
export function createLocalOutputs(dataDir: string): OutputStore {
  return {
    list: async (attempt) => await hashFiles(attemptDir(dataDir, attempt).outputs),
    open: async (run, path) => await openInside(join(runFolder(dataDir, run), 'outputs'), path),
  }
}

/** Whether a folder contains anything; false where it cannot be read. Throws where file descriptors run short. */
export function hasFiles(root: string): boolean {
  try {
    return readdirSync(root).length > 0
  } catch (error) {
    if (isShortage(error)) throw error
    return false
  }
}

/**
 * Hashes the regular files under a folder, in the byte order of their paths, `artifactsPerRunMax` at most. Links are
 * not followed. Throws where file descriptors run short.
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

/** Lists a folder with names as bytes, an encoding that the types of `opendir` do not have. */
async function openFolder(path: Buffer): Promise<AsyncIterable<Dirent<Buffer>>> {
  return (await opendir(path, { encoding: 'buffer' as BufferEncoding })) as unknown as AsyncIterable<Dirent<Buffer>>
}

/** Returns undefined where the path is no longer a regular file. */
async function hashFile(root: string, path: Buffer): Promise<OutputFile | undefined> {
  const file = await openPlain(joinBytes(root, path))
  if (!file) return undefined
  const hash = createHash('sha256')
  const { size } = await file.stat()
  await pipeline(file.createReadStream(), hash)
  return { path: pathText(path), sizeBytes: size, sha256: hash.digest('hex') }
}

/**
 * Runs `work`. Returns undefined for an entry that was removed, and for one that cannot be read, which is added to
 * `unreadable`.
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
