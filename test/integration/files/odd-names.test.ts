import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { EventView } from '../../../src/contract/routes/events.ts'
import type { ArtifactView } from '../../../src/contract/tracking.ts'
import { createCliFolder } from '../../support/cli.ts'
import type { CliFolder } from '../../support/cli.ts'
import { waitUntil } from '../../support/server.ts'
import { useServer } from '../../support/used-server.ts'

const used = useServer()
let work: CliFolder

beforeAll(() => {
  work = createCliFolder(used.server)
})
afterAll(() => work[Symbol.dispose]())

/** Encodes text as Latin-1: one byte per character. */
const toLatin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

/** File names: as the API shows them, with `\x` and bytes that are not UTF-8 escaped, and as bytes on the disk. */
const NAMES: readonly [text: string, bytes: Buffer][] = [
  ['plain.txt', toLatin1('plain.txt')],
  ['...', toLatin1('...')],
  ['..dots.txt', toLatin1('..dots.txt')],
  ['-rf', toLatin1('-rf')],
  ['back\\slash.txt', toLatin1('back\\slash.txt')],
  ['a\\x5CxE9', toLatin1('a\\xE9')],
  ['new\nline.txt', toLatin1('new\nline.txt')],
  ['caf\\xE9.txt', toLatin1('caf\xe9.txt')],
  ['dir\\xFF/\\x83\\x82', toLatin1('dir\xff/\x83\x82')],
  ['e\u0301', Buffer.from('e\u0301')],
  ['\u00e9', Buffer.from('\u00e9')],
  ['it\'s "50%" #?&;$(x)', toLatin1('it\'s "50%" #?&;$(x)')],
  ['a'.repeat(255), toLatin1('a'.repeat(255))],
  ['あ'.repeat(85), Buffer.from('あ'.repeat(85))],
]

/** A Python script that writes a file of each name into a folder. The content of each file is its name. */
const WRITER = `
import base64, os, sys
root = os.fsencode(sys.argv[1])
for name in map(base64.b64decode, sys.argv[2:]):
    path = os.path.join(root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, "wb").write(name)
`
const encoded = NAMES.map(([, bytes]) => bytes.toString('base64')).join(' ')

/** Returns the files below a folder: the content by the path, both decoded as Latin-1. */
function filesIn(folder: Buffer | string, prefix: Buffer = Buffer.alloc(0)): Map<string, string> {
  const found = new Map<string, string>()
  for (const entry of readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })) {
    const path = Buffer.concat([Buffer.from(folder), toLatin1('/'), entry.name])
    const name = Buffer.concat([prefix, entry.name])
    if (entry.isDirectory())
      for (const [inner, content] of filesIn(path, Buffer.concat([name, toLatin1('/')]))) found.set(inner, content)
    else found.set(name.toString('latin1'), readFileSync(path).toString('latin1'))
  }
  return found
}

const sorted = (files: Iterable<[string, string]>): Map<string, string> =>
  new Map([...files].toSorted(([a], [b]) => (a < b ? -1 : 1)))
const EXPECTED = sorted(NAMES.map(([, bytes]) => [bytes.toString('latin1'), bytes.toString('latin1')]))

const waitForSuccess = (number: number) => waitUntil(async () => (await used.getRun(number)).phase === 'succeeded')
const listArtifacts = async (number: number): Promise<string[]> =>
  (await used.server.call<ArtifactView[]>('GET', `/runs/${number}/artifacts`)).body.map(({ path }) => path).toSorted()

async function runWriter(more = ''): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'hagane-names-'))
  writeFileSync(join(folder, 'write.py'), WRITER)
  const { number } = await used.server.submit(
    `version: 1\nkind: experiment\nrun: {cmd: ["python write.py $HAGANE_OUTPUTS ${encoded}"${more}]}`,
    folder,
  )
  await waitForSuccess(number)
  rmSync(folder, { recursive: true })
  return number
}

describe('output files of any name', () => {
  it(
    'Output files of any name are listed, fetched, copied, backed up and restored byte for byte',
    { timeout: 120_000 },
    async () => {
      const number = await runWriter()
      await waitUntil(async () => (await listArtifacts(number)).length === NAMES.length)
      expect(await listArtifacts(number)).toEqual(NAMES.map(([text]) => text).toSorted())

      for (const [text, bytes] of NAMES) {
        const answer = await fetch(
          `${used.server.url}/api/v1/runs/${number}/artifacts/content?path=${encodeURIComponent(text)}`,
          {
            headers: { authorization: `Bearer ${used.server.readToken()}` },
          },
        )
        expect([text, answer.status, Buffer.from(await answer.arrayBuffer())]).toEqual([text, 200, bytes])
      }

      const fetched = await work.hagane('artifacts', String(number), '--to', 'fetched')
      expect([fetched.status, fetched.stderr]).toEqual([0, ''])
      expect(sorted(filesIn(join(work.folder, 'fetched')))).toEqual(EXPECTED)

      const copy = (await used.server.call<{ number: number }>('POST', `/runs/${number}/copy`, {})).body.number
      await waitUntil(async () => ['succeeded', 'failed'].includes((await used.getRun(copy)).phase))
      expect(sorted(filesIn(join(used.server.dataDir, 'runs', String(copy), 'outputs')))).toEqual(EXPECTED)

      const backup = join(work.folder, 'backup')
      expect((await work.hagane('backup', backup)).status).toBe(0)
      const other = mkdtempSync(join(tmpdir(), 'hagane-restored-'))
      expect((await work.hagane('restore', backup, '--data', other)).status).toBe(0)
      expect(sorted(filesIn(join(other, 'runs', String(number), 'outputs')))).toEqual(EXPECTED)

      rmSync(other, { recursive: true })
      expect((await work.hagane('doctor', '--deep')).stdout).not.toContain('missing')
    },
  )

  it('A fetch of output files names those that it cannot fetch and fetches the others', async () => {
    const number = await runWriter()
    await waitUntil(async () => (await listArtifacts(number)).length === NAMES.length)
    rmSync(join(used.server.dataDir, 'runs', String(number), 'outputs', '...'))
    writeFileSync(join(used.server.dataDir, 'runs', String(number), 'outputs', '-rf'), 'changed')
    mkdirSync(join(work.folder, 'past', 'plain.txt'), { recursive: true })

    const { status, json, stderr } = await work.hagane('artifacts', String(number), '--to', 'past', '--json')
    expect([status, (json as string[]).length]).toEqual([1, NAMES.length - 3])
    for (const name of ['...', '-rf', 'plain.txt']) expect(stderr).toContain(name)
    expect(sorted(filesIn(join(work.folder, 'past')))).toEqual(
      new Map([...EXPECTED].filter(([name]) => !['...', '-rf', 'plain.txt'].includes(name))),
    )
  })

  it(
    'Output files beside a folder that is too deep to read are listed and backed up, and the folder is named',
    { timeout: 120_000 },
    async () => {
      const number = await runWriter(
        `, "cd $HAGANE_OUTPUTS; for i in $(seq 150); do mkdir dddddddddddddddddddddddddddddd; cd dddddddddddddddddddddddddddddd; done; echo x > f"`,
      )
      await waitUntil(async () => (await listArtifacts(number)).length === NAMES.length)

      const { body } = await used.server.call<{ events: EventView[] } | EventView[]>('GET', `/events?run=${number}`)
      const events = Array.isArray(body) ? body : body.events
      expect(events.find(({ kind }) => kind === 'run.files_unreadable')?.data).toMatchObject({
        files: 1,
        paths: [expect.stringMatching(/^ddd/)],
      })

      const backup = join(work.folder, 'backup of deep')
      const { status, stderr } = await work.hagane('backup', backup)
      expect([status, stderr]).toEqual([0, expect.stringMatching(/not in the backup.*runs\/\d+\/outputs\/ddd/)])
      expect(
        sorted(
          new Map(
            [...filesIn(join(backup, 'files', 'runs', String(number), 'outputs'))].filter(
              ([name]) => !name.startsWith('ddd'),
            ),
          ),
        ),
      ).toEqual(EXPECTED)

      const copy = (await used.server.call<{ number: number }>('POST', `/runs/${number}/copy`, {})).body.number
      await waitUntil(async () => (await used.getRun(copy)).phase === 'failed')
      expect((await used.getRun(copy)).message).toContain('ddd')

      await used.server.call('DELETE', `/runs/${number}`)
      await used.server.call('DELETE', `/runs/${copy}`)
      await used.server.call('POST', '/trash/empty')
      await waitUntil(async () => (await used.server.call('GET', `/runs/${number}`)).status === 404)
    },
  )
})

describe('code files of any name', () => {
  it('Code files of any name are uploaded, run and fetched byte for byte', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hagane-code-'))
    for (const [, bytes] of NAMES) {
      const path = Buffer.concat([toLatin1(`${folder}/`), bytes])
      mkdirSync(path.subarray(0, path.lastIndexOf('/')), { recursive: true })
      writeFileSync(path, bytes)
    }

    writeFileSync(join(folder, 'a.yml'), 'version: 1\nkind: experiment\nrun: {cmd: "cp -R . $HAGANE_OUTPUTS/"}')
    const submitted = await work.haganeWith({ cwd: folder }, 'run', '-f', 'a.yml', '--json')
    expect([submitted.status, submitted.stderr]).toEqual([0, expect.not.stringContaining('left out')])

    const { number } = submitted.json as { number: number }
    await waitForSuccess(number)
    const withDocument = new Map([...EXPECTED, ['a.yml', readFileSync(join(folder, 'a.yml'), 'latin1')]])
    expect(sorted(filesIn(join(used.server.dataDir, 'runs', String(number), 'outputs')))).toEqual(sorted(withDocument))
    expect((await work.hagane('code', String(number), '--to', 'code')).status).toBe(0)
    expect(sorted(filesIn(join(work.folder, 'code')))).toEqual(sorted(withDocument))

    rmSync(folder, { recursive: true })
  })
})
