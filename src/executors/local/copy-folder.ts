import { constants } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, open, readdir, readlink, symlink, utimes } from 'node:fs/promises'

import { pathText } from '../../contract/file-paths.ts'

export interface CopyOptions {
  /** Whether a path, relative to the folder, is copied; everything is when left out. */
  readonly isKept?: (path: Buffer) => boolean
  /** Called with what cannot be read, or written, relative to the folder; the rest is copied all the same. Without it the first fault is thrown. */
  readonly onFault?: (path: string, fault: NodeJS.ErrnoException) => void
  /** Whether modes of folders and times are those of the original. */
  readonly keepsMarks?: boolean
}

const SEPARATOR = Buffer.from('/')

/** One path below another, byte for byte. */
export function joinBytes(folder: Buffer | string, name: Uint8Array | string): Buffer {
  return Buffer.concat([Buffer.from(folder), SEPARATOR, Buffer.from(name)])
}

/**
 * Copies files, folders and links, whatever bytes their names are of. The folder may be written to meanwhile: what has gone
 * since it was listed is left out, and so are pipes and sockets.
 */
export async function copyFolder(from: string, to: string, options: CopyOptions = {}): Promise<void> {
  await copyInner({ from: Buffer.from(from), to: Buffer.from(to), path: Buffer.alloc(0) }, options)
}

interface Place {
  readonly from: Buffer
  readonly to: Buffer
  /** Relative to the folder that the copy began with. */
  readonly path: Buffer
}

async function copyInner({ from, to, path }: Place, options: CopyOptions): Promise<void> {
  const entries = await attempt(from, path, options, async () => {
    const found = await readdir(from, { withFileTypes: true, encoding: 'buffer' })
    await mkdir(to, { recursive: true, mode: 0o700 })
    return found
  })
  if (!entries) return
  for (const entry of entries) {
    const inner = {
      from: joinBytes(from, entry.name),
      to: joinBytes(to, entry.name),
      path: path.length === 0 ? entry.name : joinBytes(path, entry.name),
    }
    if (options.isKept?.(inner.path) === false) continue
    if (entry.isDirectory()) await copyInner(inner, options)
    else await attempt(inner.from, inner.path, options, () => copyEntry(entry, inner, options))
  }
  if (options.keepsMarks) await attempt(from, path, options, () => keepMarks({ from, to }))
}

async function copyEntry(
  entry: { isSymbolicLink(): boolean; isFile(): boolean },
  { from, to }: Place,
  { keepsMarks }: CopyOptions,
): Promise<void> {
  if (entry.isSymbolicLink()) return await symlink(await readlink(from, { encoding: 'buffer' }), to)
  if (!entry.isFile()) return
  const { size, blocks } = await lstat(from)
  if (size >= HOLES_FROM_BYTES && blocks * BLOCK_BYTES < size / 2) await copyWithHoles(from, to, size)
  else await copyFile(from, to, constants.COPYFILE_FICLONE)
  if (keepsMarks) await keepMarks({ from, to })
}

const BLOCK_BYTES = 512
const HOLES_FROM_BYTES = 8 * 2 ** 20
/** A piece at the edge of a hole is written whole: a large one would fill much of the hole. */
const PIECE_BYTES = 2 ** 17

/** A log that lost its middle has a large hole: zeros of it are not written. */
async function copyWithHoles(from: Buffer, to: Buffer, size: number): Promise<void> {
  await using source = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW)
  await using target = await open(to, 'w', 0o600)
  const piece = Buffer.alloc(PIECE_BYTES)
  const zeros = Buffer.alloc(PIECE_BYTES)
  for (let at = 0; at < size; at += PIECE_BYTES) {
    const { bytesRead } = await source.read(piece, 0, Math.min(PIECE_BYTES, size - at), at)
    if (piece.compare(zeros, 0, bytesRead, 0, bytesRead) !== 0) await target.write(piece, 0, bytesRead, at)
  }
  await target.truncate(size)
}

/** After its content: a folder that may not be written to is filled first. */
async function keepMarks({ from, to }: Pick<Place, 'from' | 'to'>): Promise<void> {
  const { atime, mtime, mode } = await lstat(from)
  await utimes(to, atime, mtime)
  await chmod(to, mode)
}

/** Undefined for what has gone, and for a fault that is taken. */
async function attempt<T>(
  from: Buffer,
  path: Buffer,
  { onFault }: CopyOptions,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    const fault = error as NodeJS.ErrnoException
    if (fault.code === 'ENOENT' && !(await isThere(from))) return undefined
    if (!onFault) throw error
    onFault(pathText(path), fault)
    return undefined
  }
}

async function isThere(path: Buffer): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  )
}
