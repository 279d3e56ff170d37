import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { bundle } from './bundle.ts'
import { buildDashboard } from './dashboard.ts'

/**
 * Builds the published package into `dist/`: the bundled program, the types of the search library, the licences of the
 * bundled packages, and the dashboard.
 */
const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')
rmSync(dist, { recursive: true, force: true })
writeLicences(await bundle(dist))
const { status } = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
  cwd: root,
})
if (status === 0) buildDashboard()
process.exit(status ?? 1)

/** Writes the licence texts of the bundled packages, which must accompany copies of their code. */
function writeLicences(packages: readonly string[]): void {
  const texts = packages.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
      string,
      string
    >
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(basename(entry)))
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), 'utf8').trim() : ''}\n`
  })

  writeFileSync(join(dist, 'third-party-licences.txt'), texts.join(`\n${'-'.repeat(80)}\n\n`))
}
