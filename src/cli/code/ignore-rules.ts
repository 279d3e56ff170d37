import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import ignore from 'ignore'

/**
 * Whether a path is left out of the snapshot. `path` is relative to the root folder; a path of a folder ends with `/`.
 */
export type IsIgnored = (path: string) => boolean

/**
 * Patterns for version control, caches and virtual environments, ignored in every folder. A `!pattern` in an ignore
 * file includes such files again.
 */
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
 * Returns the ignore rules of the folder `root`, in the syntax of git. The rules come from `.haganeignore` in `root`,
 * else from `.polyaxonignore`. Only if neither exists, every `.gitignore` in the tree applies to its own folder and
 * below. `loadRulesOf` reads the `.gitignore` of one folder; call it before `isIgnored` for paths in that folder.
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
