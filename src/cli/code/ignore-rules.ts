import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import ignore from 'ignore'

/** Whether a path is left out of the snapshot. `path` is relative to the folder; paths of folders end with `/`. */
export type IsIgnored = (path: string) => boolean

/** Files of version control, caches and environments. A `!pattern` in an ignore file includes one of them again. */
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

const IGNORE_FILES = ['.haganeignore', '.polyaxonignore']

/**
 * Returns the ignore rules of a folder, in the syntax of git. The rules come from `.haganeignore`, else from
 * `.polyaxonignore`. Only if neither exists, each `.gitignore` in the tree applies to its own folder and below:
 * `loadRulesOf` loads the one of a folder and must be called before `isIgnored` is called for paths in that folder.
 */
export function createIgnoreRules(root: string): { isIgnored: IsIgnored; loadRulesOf(folder: string): void } {
  const ownRules = IGNORE_FILES.map((name) => readOrNone(join(root, name))).find((text) => text !== undefined)
  const base = ignore().add(ALWAYS_IGNORED)
  if (ownRules !== undefined) base.add(ownRules)

  const nested: { prefix: string; rules: ReturnType<typeof ignore> }[] = []
  return {
    loadRulesOf: (folder) => {
      const text = ownRules === undefined ? readOrNone(join(root, folder, '.gitignore')) : undefined
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
