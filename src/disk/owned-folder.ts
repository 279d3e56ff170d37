import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'

import { readPlainText } from './plain-file.ts'

/**
 * Returns the folder of a run or an attempt. Run numbers repeat in another database, so the folder with the plain name
 * may belong to another owner. In that case the owner's id is appended to the name.
 */
export function folderOf(path: string, id: string): string {
  const ownPath = `${path}.${id}`
  return existsSync(ownPath) ? ownPath : path
}

/**
 * Returns the path of an owner's folder, or the path to create it at. `path` is the folder with the plain name, `owner`
 * its present owner.
 */
export function placeFor(path: string, id: string, owner: string | undefined): string {
  return owner === id || !hasEntries(path) ? path : `${path}.${id}`
}

/**
 * Creates a folder that identifies its owner from the first moment on. A folder that exists is given to this owner.
 * `ownerFileIn` returns the path of the file with the owner.
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

/** Returns the path of a folder while it is being removed. */
export function removalPathOf(path: string): string {
  return `${path}${REMOVAL_SUFFIX}`
}

/**
 * Returns the paths where an interrupted creation or removal of an owner's folder may have left files. `path` is the
 * folder with the plain name.
 */
export function leftoverPathsOf(path: string, id: string): string[] {
  return [path, `${path}.${id}`].flatMap((place) => [`${place}${INCOMPLETE_SUFFIX}`, removalPathOf(place)])
}

function hasEntries(path: string): boolean {
  return existsSync(path) && readdirSync(path).length > 0
}
