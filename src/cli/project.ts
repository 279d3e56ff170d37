import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import type { Cli } from './context.ts'

/** File in a folder that contains the name of the project for that folder and all folders below. */
export const PROJECT_FILE = join('.hagane', 'project')

/**
 * Returns the project of a command: the option, else `HAGANE_PROJECT`, else the content of `PROJECT_FILE` in `cwd` or
 * its nearest parent folder. Returns undefined if there is none.
 */
export function findProject(cli: Cli, option?: string, cwd = process.cwd()): string | undefined {
  const named = option ?? cli.config.project
  if (named) return named

  for (let folder = cwd; ; folder = dirname(folder)) {
    try {
      return readFileSync(join(folder, PROJECT_FILE), 'utf8').trim() || undefined
    } catch {
      if (dirname(folder) === folder) return undefined
    }
  }
}
