import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { opendir } from 'node:fs/promises'
import type { Dirent } from 'node:fs'
import { pipeline } from 'node:stream/promises'

import { pathText } from '../../contract/file-paths.ts'
import { LIMITS } from '../../contract/limits.ts'
import { isShortage } from '../../core/shortage.ts'
import { joinBytes } from './copy-folder.ts'
import { openPlain } from './plain-file.ts'

export interface OutputFile {
  /** As `pathText` writes it. */
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
}

export interface Outputs {
  readonly files: readonly OutputFile[]
  /** Files and folders that are there and cannot be read or listed. */
  readonly unreadable: readonly string[]
}

/** Whether a folder holds anything; quick, however much it is. Throws where descriptors run short. */
export function hasFiles(root: string): boolean {
  try {
    return readdirSync(root).length > 0
  } catch (error) {
    if (isShortage(error)) throw error
    return false
  }
}

/** Regular files under a folder with their hashes, in order of their paths. Links are not followed. Throws where descriptors run short. */
export async function hashFiles(root: string): Promise<Outputs> {
  const found: Found = { paths: [], unreadable: [] }
  await collectPaths(root, Buffer.alloc(0), found)
  const files: OutputFile[] = []
  for (const path of found.paths.sort(Buffer.compare)) {
    const file = await readable(path, found, () => hashFile(root, path))
    if (file) files.push(file)
  }
  return { files, unreadable: found.unreadable }
}

interface Found {
  readonly paths: Buffer[]
  readonly unreadable: string[]
}

async function collectPaths(root: string, folder: Buffer, found: Found): Promise<void> {
  const entries = await readable(folder, found, () =>
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

/** Names as bytes, which the types of `opendir` do not have. */
async function openFolder(path: Buffer): Promise<AsyncIterable<Dirent<Buffer>>> {
  return (await opendir(path, { encoding: 'buffer' as BufferEncoding })) as unknown as AsyncIterable<Dirent<Buffer>>
}

/** Undefined for what is no plain file any more. */
async function hashFile(root: string, path: Buffer): Promise<OutputFile | undefined> {
  const file = await openPlain(joinBytes(root, path))
  if (!file) return undefined
  const hash = createHash('sha256')
  const { size } = await file.stat()
  await pipeline(file.createReadStream(), hash)
  return { path: pathText(path), sizeBytes: size, sha256: hash.digest('hex') }
}

/** Undefined for what has gone, and for what cannot be read, which is noted. */
async function readable<T>(path: Buffer, { unreadable }: Found, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (isShortage(error)) throw error
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') unreadable.push(pathText(path))
    return undefined
  }
}
