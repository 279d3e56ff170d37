import { closeSync, constants, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'

const NOT_PLAIN: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EMLINK', 'EISDIR', 'ENXIO'])

/** The text of a small plain file; undefined for anything else, and where there is none. */
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

/** Adds to a plain file, which is made where there is none; nothing is written into anything else. */
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
 * A plain file, opened; undefined for anything else, and where there is none. Programs write beside it: a pipe in its place keeps
 * nobody waiting, and a link leads nowhere. Throws where a file is there and cannot be opened.
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
    // A link, a folder that was to be written to, a pipe or socket that nobody reads.
    if (NOT_PLAIN.has((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
  if ((await file.stat()).isFile()) return file
  await file.close()
  return undefined
}
