import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Patterns of words and of sentence beginnings that STYLE.md bans from comments, each with advice. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/\b(hears?|heard|strangers?|heirs?|young|deaf|whoever|sounds?)\b/i, 'name the thing and what it does'],
  [/\bgone\b/i, 'say "ended" or "removed"'],
  [/\bhint(s|ed)?\b/i, 'a hint is a suggestion of filter completion; elsewhere say nudge, signal or activity'],
  [/\b(told|forgets?)\b/i, 'a program receives, returns, prints or removes'],
  [/(^|[.!?] )(What|Of|So|One that|Those|Whoever) /, 'begin with the subject'],
]

/**
 * Paths that are not checked, because a banned word is a standard term
 * there: in the ask-and-tell interface and in the completion of filters.
 */
const EXEMPT =
  /^(src\/core\/filter\/|src\/core\/search\/library|src\/services\/runs\/filter-completion|scripts\/words|scripts\/search-driver|bench\/search)/

const root = join(import.meta.dirname, '..')

/** Returns the comments of a file as single lines. */
function commentsOf(file: string, text: string): string[] {
  const found = /\.(sh|py)$/.test(file)
    ? text.match(/(^\s*#(?!!).*\n?)+/gm)
    : text.match(/\/\*[\s\S]*?\*\/|(^|\s)\/\/ .*(\n\s*\/\/ .*)*/g)
  return (found ?? []).map((comment) =>
    comment
      .replace(/^\s*(\/\*\*?|\*\/|\*|\/\/|#)/gm, ' ')
      .replace(/\*\/$/, '')
      .replace(/\s+/g, ' ')
      .trim(),
  )
}

/**
 * Checks the comments of all tracked sources against STYLE.md. Prints each fault; ends with status 1 if there is one.
 */
const files = execFileSync('git', ['ls-files', '*.ts', '*.tsx', '*.mjs', '*.css', '*.sh', '*.py'], {
  cwd: root,
  encoding: 'utf8',
})
let faults = 0
for (const file of files
  .trim()
  .split('\n')
  .filter((path) => !EXEMPT.test(path))) {
  for (const comment of commentsOf(file, readFileSync(join(root, file), 'utf8')))
    for (const [pattern, remedy] of RULES) {
      const [word] = pattern.exec(comment) ?? []
      if (word === undefined) continue
      faults += 1
      console.log(`${file}: "${word.trim()}" in "${comment.slice(0, 100)}": ${remedy}`)
    }
}
process.exitCode = faults === 0 ? 0 : 1
