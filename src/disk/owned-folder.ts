import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'

import { readPlainText } from './plain-file.ts'

/**
 * Returns the folder of the run or attempt with this id: `path.ID` if that exists, else `path`. Databases may use the
 * same run numbers, so the folder with the plain name `path` may belong to a run of another database.
 */
export function folderOf(path: string, id: string): string {
  const ownPath = `${path}.${id}`
  return existsSync(ownPath) ? ownPath : path
}

/**
 * Returns the path at which to create the folder of the run or attempt with this id: the plain name `path` if the
 * folder there is its own, empty or missing; else `path.ID`. `owner` is the id that the folder `path` contains.
 */
export function placeFor(path: string, id: string, owner: string | undefined): string {
  return owner === id || !hasEntries(path) ? path : `${path}.${id}`
}

/**
 * Creates a folder with a file that identifies its owner. The folder appears together with that file. If the folder
 * exists, only the file is replaced. `ownerFileIn` returns the path of the file in a folder; `owner` is its text.
 */
export function createOwned(path: string, ownerFileIn: (folder: string) => string, owner: string): void {
  if (readPlainText(ownerFileIn(path)) === owner) return
  const incomplete = `${path}${INCOMPLETE_SUFFIX}`

  rmSync(incomplete, { recursive: true, force: true })
  if (hasEntries(path)) {
    writeFileSync(incomplete, owner, { flag: 'wx' })
    rmSync(ownerFileIn(path), { recursive: true, force: true })
    renameSync(incomplete, ownerFileIn(path))
  } else {
    mkdirSync(incomplete, { recursive: true, mode: 0o700 })
    writeFileSync(ownerFileIn(incomplete), owner)
    renameSync(incomplete, path)
  }
}

const INCOMPLETE_SUFFIX = '.half'

const REMOVAL_SUFFIX = '.gone'

/** Returns the path that a folder is renamed to before it is removed. */
export function removalPathOf(path: string): string {
  return `${path}${REMOVAL_SUFFIX}`
}

/**
 * Returns the paths at which an interrupted creation or removal of the folder of a run or attempt may have left files.
 * `path` is its plain name.
 */
export function leftoverPathsOf(path: string, id: string): string[] {
  return [path, `${path}.${id}`].flatMap((place) => [`${place}${INCOMPLETE_SUFFIX}`, removalPathOf(place)])
}

function hasEntries(path: string): boolean {
  return existsSync(path) && readdirSync(path).length > 0
}
