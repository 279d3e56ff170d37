import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { promisify } from 'node:util'

import { AppError } from '../contract/errors.ts'
import { phrase } from '../contract/fields.ts'
import { copyFolder } from './copy-folder.ts'
import { removeTree } from './removal.ts'

const SYSTEM_COPY_FILES = 200

/**
 * Copies a folder with permissions and times. On Linux, `cp` copies folders of more than `SYSTEM_COPY_FILES` entries
 * without blocking this process. Both ways share blocks if the file system can. Throws AppError `conflict` with the
 * name of a file that cannot be read: a retry could not read it either.
 */
export async function copyWhole(from: string, to: string): Promise<void> {
  if (process.platform === 'linux' && (await hasManyFiles(from))) {
    try {
      await promisify(execFile)('cp', ['-R', '--reflink=auto', '--preserve=mode,timestamps', '--', from, to])
      return
    } catch {
      // The copy is repeated below, where an error contains the name of the file that cannot be copied.
      await removeTree(to)
    }
  }

  const onFault = (path: string, fault: NodeJS.ErrnoException): never => {
    if (UNREADABLE.has(fault.code ?? ''))
      throw new AppError(
        'conflict',
        { detail: phrase('file_uncopied', { path: path || from, code: fault.code! }) },
        { cause: fault },
      )
    throw fault
  }

  await copyFolder(from, to, { keepsModesAndTimes: true, onFault })
}

const UNREADABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'ENAMETOOLONG', 'ELOOP', 'ENOTDIR', 'EEXIST'])

async function hasManyFiles(folder: string): Promise<boolean> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  return names.length > SYSTEM_COPY_FILES
}
