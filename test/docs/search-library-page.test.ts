import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

it('The program of docs/search.md finds the minimum of a function', () => {
  const [, program] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/search.md'), 'utf8'))!
  const folder = mkdtempSync(join(tmpdir(), 'hagane-docs-'))
  try {
    const file = join(folder, 'program.mts')
    const train = 'const train = async ({ lr, layers }) => (Math.log10(lr) + 3) ** 2 + Math.abs(layers - 4)\n'
    writeFileSync(
      file,
      train + program!.replace("'hagane/search'", JSON.stringify(join(root, 'src/core/search/library.ts'))),
    )

    const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
    expect(Number(/value: ([\d.e-]+)/.exec(stdout)![1])).toBeLessThan(0.01)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
