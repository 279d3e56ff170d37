import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs'
import type { Dirent, Stats } from 'node:fs'
import { basename, sep } from 'node:path'

import { pathBytes, portablePathText } from '../../contract/file-paths.ts'
import { pathFault } from '../../contract/snapshot.ts'
import { dataDirPaths } from '../../core/data-dir.ts'
import { createIgnoreRules } from './ignore-rules.ts'

/** A file of a snapshot and its metadata on the disk. */
export interface ScannedFile {
  /** Path relative to the scanned folder, written by `portablePathText`. */
  readonly path: string
  readonly sizeBytes: number
  readonly isExecutable: boolean
  /** Size, modification time and inode: if they are unchanged, the cached hash of the content is still valid. */
  readonly fingerprint: string
  readonly mtimeMs: number
}

/** The result of `scanFolder`. */
export interface Scan {
  readonly files: readonly ScannedFile[]
  /**
   * Paths left out: broken links, links to folders or to files outside `root`, unreadable folders, and paths that
   * snapshots do not allow.
   */
  readonly skipped: readonly string[]
}

/**
 * Lists the files of a folder that its ignore rules do not exclude: depth first, the names in each folder in byte
 * order. A symbolic link to a file inside the folder is listed as a file. Data directories and backups of Hagane are
 * left out.
 */
export function scanFolder(root: string): Scan {
  const rules = createIgnoreRules(root)
  const real = realpathSync(root)
  const files: ScannedFile[] = []
  const skipped: string[] = []

  const visit = (folder: string): void => {
    const entries = readFolder(folder)
    if (!entries) return void skipped.push(folder)
    if (isHaganeFolder(entries.map((entry) => entry.name.toString()))) return

    rules.loadRulesOf(folder)
    for (const entry of entries) {
      const name = portablePathText(entry.name)
      const path = folder === '' ? name : `${folder}/${name}`
      if (rules.isIgnored(entry.isDirectory() ? `${path}/` : path)) continue
      if (entry.isDirectory()) visit(path)
      else if (entry.isFile()) addFile(path)
      else if (entry.isSymbolicLink()) addLink(path)
    }
  }

  /** Lists a folder. Returns undefined for a folder below the root that cannot be read; throws for the root itself. */
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

  /** Adds a file to the list, unless the file was removed after its folder was read. */
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
      fingerprint: `${stats.size} ${stats.mtimeMs} ${stats.ino}`,
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

/**
 * Returns the path on the disk of a file below the folder `root`. `path` is the text of a path in a snapshot or in a
 * list of outputs. The result is a buffer because file names need not be valid UTF-8.
 */
export function bytePath(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), pathBytes(path)])
}

const { lock, secret, token } = dataDirPaths('')
// Lists of names; a folder that contains all names of a list is a data directory (first list) or a backup (second
// list).
const IDENTIFYING_FILES = [[lock, secret, token].map((path) => basename(path)), ['backup.json', 'tables']]

/**
 * Whether a folder with these entries is a data directory or a backup of Hagane. Both contain the outputs of all runs,
 * and a data directory contains tokens.
 */
function isHaganeFolder(names: readonly string[]): boolean {
  return IDENTIFYING_FILES.some((files) => files.every((name) => names.includes(name)))
}
