import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Checks of format, lint (with import rules and cycles), types, unused code and the words of comments. All of them run;
 * one failure fails the check.
 */
const STEPS: readonly (readonly string[])[] = [
  ['oxfmt', '--check', '.'],
  ['oxlint', '--type-aware', '--deny-warnings', '--report-unused-disable-directives'],
  ['tsc', '--noEmit', '-p', 'tsconfig.json'],
  ['tsc', '--noEmit', '-p', 'dashboard/tsconfig.json'],
  ['knip', '--treat-config-hints-as-errors'],
]

const bin = join(import.meta.dirname, '..', 'node_modules', '.bin')

let failed = 0
for (const [tool, ...args] of STEPS) {
  if (!existsSync(join(bin, tool!))) throw new Error(`${tool} is not installed`)
  const { status } = spawnSync(join(bin, tool!), args, { stdio: 'inherit', cwd: join(import.meta.dirname, '..') })
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${tool}`)
  failed += status === 0 ? 0 : 1
}
const words = spawnSync(process.execPath, [join(import.meta.dirname, 'words.ts')], { stdio: 'inherit' })
console.log(`${words.status === 0 ? 'ok    ' : 'FAILED'} words`)
process.exit(failed === 0 && words.status === 0 ? 0 : 1)
