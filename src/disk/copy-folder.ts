import { constants } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, open, readdir, readlink, symlink, utimes } from 'node:fs/promises'

import { pathText } from '../contract/file-paths.ts'

/** Options of `copyFolder`. */
export interface CopyOptions {
  /** Whether to copy the file or folder at this path, relative to `from`. Default: everything is copied. */
  readonly isKept?: (path: Buffer) => boolean
  /**
   * Called with each path, relative to `from`, that cannot be read or written; the rest is still copied. Without
   * `onFault`, the first fault is thrown.
   */
  readonly onFault?: (path: string, fault: NodeJS.ErrnoException) => void
  /** Whether copies get the permissions and the times of the originals. */
  readonly keepsModesAndTimes?: boolean
}

const SEPARATOR = Buffer.from('/')

/** Joins a folder and a name to a path of bytes, because a name need not be valid UTF-8. */
export function joinBytes(folder: Buffer | string, name: Uint8Array | string): Buffer {
  return Buffer.concat([Buffer.from(folder), SEPARATOR, Buffer.from(name)])
}

/**
 * Copies the files, folders and links in a folder; names may consist of any bytes. Programs may write to the folder
 * meanwhile: an entry that was removed after it was listed is left out. Pipes and sockets are left out, too.
 */
export async function copyFolder(from: string, to: string, options: CopyOptions = {}): Promise<void> {
  await copyInner({ from: Buffer.from(from), to: Buffer.from(to), path: Buffer.alloc(0) }, options)
}

interface Place {
  readonly from: Buffer
  readonly to: Buffer
  /** Path relative to the folder where the copy began. */
  readonly path: Buffer
}

async function copyInner({ from, to, path }: Place, options: CopyOptions): Promise<void> {
  const entries = await tolerateFault(from, path, options, async () => {
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
    else await tolerateFault(inner.from, inner.path, options, () => copyEntry(entry, inner, options))
  }

  if (options.keepsModesAndTimes) await tolerateFault(from, path, options, () => copyModeAndTimes({ from, to }))
}

async function copyEntry(
  entry: { isSymbolicLink(): boolean; isFile(): boolean },
  { from, to }: Place,
  { keepsModesAndTimes }: CopyOptions,
): Promise<void> {
  if (entry.isSymbolicLink()) return await symlink(await readlink(from, { encoding: 'buffer' }), to)
  if (!entry.isFile()) return

  const { size, blocks } = await lstat(from)
  if (size >= HOLES_FROM_BYTES && blocks * BLOCK_BYTES < size / 2) await copyWithHoles(from, to, size)
  else await copyFile(from, to, constants.COPYFILE_FICLONE)

  if (keepsModesAndTimes) await copyModeAndTimes({ from, to })
}

const BLOCK_BYTES = 512
const HOLES_FROM_BYTES = 8 * 2 ** 20
/**
 * Size of the pieces in which a file with holes is copied. A piece with any data is written whole, so larger pieces
 * would fill more of the holes.
 */
const PIECE_BYTES = 2 ** 17

/** Copies a file with large holes without writing their zeros. A log whose middle was cut out is an example. */
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

/** Copies permissions and times. Call it after the content is copied, because a folder may be read-only. */
async function copyModeAndTimes({ from, to }: Pick<Place, 'from' | 'to'>): Promise<void> {
  const { atime, mtime, mode } = await lstat(from)
  await utimes(to, atime, mtime)
  await chmod(to, mode)
}

/**
 * Runs `work`, which copies the entry `from`. Returns undefined if the entry was removed meanwhile. Passes any other
 * error to `onFault` and returns undefined, or throws it if there is no `onFault`.
 */
async function tolerateFault<T>(
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
