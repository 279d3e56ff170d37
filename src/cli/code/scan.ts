import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs'
import type { Dirent, Stats } from 'node:fs'
import { sep } from 'node:path'

import { pathBytes, portablePathText } from '../../contract/file-paths.ts'
import { pathFault } from '../../contract/snapshot.ts'
import { createIgnoreRules } from './ignore-rules.ts'

/** A file that belongs to a snapshot, as the disk shows it. */
export interface ScannedFile {
  /** As `portablePathText` writes it. */
  readonly path: string
  readonly sizeBytes: number
  readonly isExecutable: boolean
  /** What changes when the content does: size, time, and place on the disk. */
  readonly mark: string
  readonly mtimeMs: number
}

export interface Scan {
  readonly files: readonly ScannedFile[]
  /** Links out of the folder or to folders, folders that may not be read, paths that no snapshot may have: left out, and named. */
  readonly skipped: readonly string[]
}

/** All files of a folder that its rules do not ignore, in the order of their paths. A link inside it counts as the file it means. */
export function scanFolder(root: string): Scan {
  const rules = createIgnoreRules(root)
  const real = realpathSync(root)
  const files: ScannedFile[] = []
  const skipped: string[] = []

  const visit = (folder: string): void => {
    const entries = readFolder(folder)
    if (!entries) return void skipped.push(folder)
    if (isOwnFolder(entries.map((entry) => entry.name.toString()))) return
    rules.enter(folder)
    for (const entry of entries) {
      const name = portablePathText(entry.name)
      const path = folder === '' ? name : `${folder}/${name}`
      if (rules.isIgnored(entry.isDirectory() ? `${path}/` : path)) continue
      if (entry.isDirectory()) visit(path)
      else if (entry.isFile()) addFile(path)
      else if (entry.isSymbolicLink()) addLink(path)
    }
  }

  /** Undefined for a folder below the root that may not be read. */
  const readFolder = (folder: string): Dirent<Buffer>[] | undefined => {
    try {
      return readdirSync(bytePath(root, folder), { withFileTypes: true, encoding: 'buffer' }).sort((a, b) =>
        Buffer.compare(a.name, b.name),
      )
    } catch (error) {
      if (folder === '') throw error
      return undefined
    }
  }

  /** A file that has gone since its folder was read is no part of the code. */
  const addFile = (path: string): void => {
    const stats = lstatSync(bytePath(root, path), { throwIfNoEntry: false })
    if (stats) add(path, stats)
  }

  const add = (path: string, stats: Stats): void => {
    if (pathFault(path)) return void skipped.push(path)
    files.push({
      path,
      sizeBytes: stats.size,
      isExecutable: (stats.mode & 0o100) !== 0,
      mark: `${stats.size} ${stats.mtimeMs} ${stats.ino}`,
      mtimeMs: stats.mtimeMs,
    })
  }

  const addLink = (path: string): void => {
    try {
      const target = realpathSync(bytePath(root, path), { encoding: 'buffer' })
      const stats = statSync(target)
      if (target.subarray(0, real.length + 1).equals(Buffer.from(real + sep)) && stats.isFile()) add(path, stats)
      else skipped.push(path)
    } catch {
      skipped.push(path)
    }
  }

  visit('')
  return { files, skipped }
}

/** Where a path of a snapshot, or of a run's files, lies below a folder: its text may stand for bytes that no text has. */
export function bytePath(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), pathBytes(path)])
}

// What a data folder and a backup have in them.
const OWN_FILES = [
  ['lock.db', 'secret', 'token'],
  ['backup.json', 'tables'],
]

/** A data folder or a backup of Hagane inside the code: its tokens and everyone's outputs are no code. */
function isOwnFolder(names: readonly string[]): boolean {
  return OWN_FILES.some((files) => files.every((name) => names.includes(name)))
}
