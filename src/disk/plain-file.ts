import { closeSync, constants, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'

/** Error codes for a path at which there is nothing, or something else than a regular file. */
const NOT_PLAIN: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EMLINK', 'EISDIR', 'ENXIO'])

/**
 * Reads a small regular file as text. Returns undefined if there is nothing or something else at the path, such as a
 * link or a pipe.
 */
export function readPlainText(path: string): string | undefined {
  let file: number
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (NOT_PLAIN.has((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }

  try {
    return fstatSync(file).isFile() ? readFileSync(file, 'utf8') : undefined
  } finally {
    closeSync(file)
  }
}

/**
 * Appends to a regular file, which is created if it is missing. Does nothing if there is something else at the path.
 */
export function appendPlain(path: string, text: string): void {
  let file: number
  try {
    file = openSync(
      path,
      constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK,
      0o600,
    )
  } catch (error) {
    if (NOT_PLAIN.has((error as NodeJS.ErrnoException).code ?? '')) return
    throw error
  }

  try {
    if (fstatSync(file).isFile()) writeFileSync(file, text)
  } finally {
    closeSync(file)
  }
}

/**
 * Opens a regular file. Returns undefined if there is nothing or something else at the path. Programs of users write to
 * the same folders, so a link is not followed, and a pipe in place of the file does not block. Throws if the file
 * exists and cannot be opened.
 */
export async function openPlain(
  path: string | Buffer,
  access: 'read' | 'write' = 'read',
): Promise<FileHandle | undefined> {
  const flags = access === 'read' ? constants.O_RDONLY : constants.O_RDWR
  let file: FileHandle
  try {
    file = await open(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    // There is nothing, a link, a folder (for writing), or a pipe or socket without a reader.
    if (NOT_PLAIN.has((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }

  if ((await file.stat()).isFile()) return file
  await file.close()
  return undefined
}
