import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import ignore from 'ignore'

/** Says whether a path of a folder stays out of its snapshot. `path` is relative; folders end with `/`. */
export type IsIgnored = (path: string) => boolean

/** Never code: what tools leave behind, and what can be made again. A `!pattern` in an ignore file takes one back. */
const ALWAYS_IGNORED = [
  '.git/',
  '.hg/',
  '.svn/',
  '.hagane/',
  '.polyaxon/',
  '__pycache__/',
  '*.pyc',
  '.venv/',
  'venv/',
  'node_modules/',
  '.ipynb_checkpoints/',
  '.mypy_cache/',
  '.pytest_cache/',
  '.ruff_cache/',
  '.tox/',
  '*.egg-info/',
  '.DS_Store',
]

const OWN_FILES = ['.haganeignore', '.polyaxonignore']

/**
 * The rules of a folder, written as git's: its `.haganeignore`, else its `.polyaxonignore`, and only where neither is there
 * every `.gitignore` in it, each for its own part.
 */
export function createIgnoreRules(root: string): { isIgnored: IsIgnored; enter(folder: string): void } {
  const own = OWN_FILES.map((name) => readOrNone(join(root, name))).find((text) => text !== undefined)
  const base = ignore().add(ALWAYS_IGNORED)
  if (own !== undefined) base.add(own)
  const nested: { prefix: string; rules: ReturnType<typeof ignore> }[] = []
  return {
    enter: (folder) => {
      const text = own === undefined ? readOrNone(join(root, folder, '.gitignore')) : undefined
      if (text !== undefined) nested.push({ prefix: folder === '' ? '' : `${folder}/`, rules: ignore().add(text) })
    },
    isIgnored: (path) => {
      let isIgnored = base.ignores(path)
      for (const { prefix, rules } of nested) {
        if (!path.startsWith(prefix)) continue
        const result = rules.test(path.slice(prefix.length))
        if (result.ignored || result.unignored) isIgnored = result.ignored
      }
      return isIgnored
    },
  }
}

function readOrNone(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
