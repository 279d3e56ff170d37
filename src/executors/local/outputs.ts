import { createHash } from 'node:crypto'
import { createReadStream, readdirSync } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'

import { LIMITS } from '../../contract/limits.ts'

export interface OutputFile {
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
}

/** Whether a folder holds anything; quick, however much it is. */
export function hasFiles(root: string): boolean {
  try {
    return readdirSync(root).length > 0
  } catch {
    return false
  }
}

/** Regular files under a folder with their hashes, in order of their paths. Links are not followed. */
export async function hashFiles(root: string): Promise<OutputFile[]> {
  const paths: string[] = []
  await collectPaths(root, paths)
  const files: OutputFile[] = []
  for (const path of paths.sort()) {
    const file = await hashFile(root, path)
    if (file) files.push(file)
  }
  return files
}

async function collectPaths(folder: string, out: string[]): Promise<void> {
  const entries = await opendir(folder).catch(noneIfMissing)
  if (!entries) return
  for await (const entry of entries) {
    if (out.length >= LIMITS.artifactsPerRunMax) return
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await collectPaths(path, out)
    else if (entry.isFile()) out.push(path)
  }
}

/** A file that disappears while it is read is left out. */
async function hashFile(root: string, path: string): Promise<OutputFile | undefined> {
  try {
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash)
    return { path: relative(root, path).split(sep).join('/'), sizeBytes: (await stat(path)).size, sha256: hash.digest('hex') }
  } catch (error) {
    return noneIfMissing(error as NodeJS.ErrnoException)
  }
}

function noneIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}
