import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Folder of this installation of Hagane, with `package.json`, the built dashboard and the Python client. Source files
 * and bundles may be at any depth below it.
 */
export const PACKAGE_DIR = findPackage(import.meta.dirname)

/** The version in `package.json`. */
export const VERSION = (JSON.parse(readFileSync(join(PACKAGE_DIR, 'package.json'), 'utf8')) as { version: string })
  .version

function findPackage(folder: string): string {
  return existsSync(join(folder, 'package.json')) || dirname(folder) === folder ? folder : findPackage(dirname(folder))
}
