import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, it } from 'vitest'

import { createCodeStore } from './code-store.ts'

const FILES = 2_000
const folder = mkdtempSync(join(tmpdir(), 'hagane-code-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('A folder of code that is being removed is complete or absent under its name at every moment', async () => {
  const code = createCodeStore(folder)
  const content = Buffer.from('print(1)\n')
  const sha256 = createHash('sha256').update(content).digest('hex')
  await code.put(sha256, content)

  const files = Array.from({ length: FILES }, (_, index) => ({
    path: `file-${index}.py`,
    sha256,
    sizeBytes: content.length,
    isExecutable: false,
  }))

  const { path } = await code.checkOut('a'.repeat(64), { files })
  expect(readdirSync(path)).toHaveLength(FILES)

  const removal = code.removeStale(Infinity, 0).then(() => 'done')
  const nextTurn = () => new Promise<'under way'>((resolve) => setImmediate(resolve, 'under way'))
  while ((await Promise.race([removal, nextTurn()])) === 'under way')
    if (existsSync(path)) expect(readdirSync(path)).toHaveLength(FILES)

  expect(readdirSync(join(folder, 'trees'))).toEqual([])
})
