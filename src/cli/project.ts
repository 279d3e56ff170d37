import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import type { Cli } from './context.ts'

/** Where a folder says which project it belongs to. */
export const PROJECT_FILE = join('.hagane', 'project')

/** The project that is meant: the option, the environment, the nearest folder upwards that names one; undefined for none of these. */
export function chosenProject(cli: Cli, option?: string, cwd = process.cwd()): string | undefined {
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
