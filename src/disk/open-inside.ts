import { realpath } from 'node:fs/promises'
import { Readable } from 'node:stream'

import { AppError } from '../contract/errors.ts'
import { phrase } from '../contract/fields.ts'
import { pathBytes } from '../contract/file-paths.ts'
import { joinBytes } from './copy-folder.ts'
import { openPlain } from './plain-file.ts'

/**
 * Opens a regular file inside the folder `root` as a stream. Returns undefined if the path leads out of the folder,
 * also through links, or if there is no regular file. Throws AppError `conflict` if the file may not be read.
 */
export async function openInside(root: string, path: string): Promise<ReadableStream<Uint8Array> | undefined> {
  if (path.includes('\0')) return undefined
  try {
    const real = await realpath(root, { encoding: 'buffer' })
    const target = await realpath(joinBytes(real, pathBytes(path)), { encoding: 'buffer' })
    if (!target.subarray(0, real.length + 1).equals(joinBytes(real, ''))) return undefined
    const file = await openPlain(target)
    return file && (Readable.toWeb(file.createReadStream()) as ReadableStream<Uint8Array>)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM')
      throw new AppError('conflict', { detail: phrase('file_closed', { path }) }, { cause: error })
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(code ?? '')) return undefined
    throw error
  }
}
