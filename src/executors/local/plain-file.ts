import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'

/**
 * A plain file, opened; undefined for anything else, and where there is none. Programs write beside it: a pipe in its place keeps
 * nobody waiting, and a link leads nowhere. Throws where a file is there and cannot be opened.
 */
export async function openPlain(path: string | Buffer, access: 'read' | 'write' = 'read'): Promise<FileHandle | undefined> {
  const flags = access === 'read' ? constants.O_RDONLY : constants.O_RDWR
  let file: FileHandle
  try {
    file = await open(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    // A link, a folder that was to be written to, a pipe or socket that nobody reads.
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EMLINK', 'EISDIR', 'ENXIO'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
  if ((await file.stat()).isFile()) return file
  await file.close()
  return undefined
}
