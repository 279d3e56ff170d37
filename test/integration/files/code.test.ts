import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { EventView } from '../../../src/contract/routes/events.ts'
import type { RunPageView } from '../../../src/contract/routes/runs.ts'
import type { RunDetailView } from '../../../src/contract/run.ts'
import type { FileEntry } from '../../../src/contract/snapshot.ts'
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

const sha = (text: string): string => createHash('sha256').update(text).digest('hex')
const entry = (path: string, text = 'x'): FileEntry => ({
  path,
  sha256: sha(text),
  sizeBytes: text.length,
  isExecutable: false,
})

async function sendBytes(body: string | Uint8Array): Promise<{ status: number; text: string }> {
  const headers = { authorization: `Bearer ${used.server.readToken()}`, 'content-type': 'application/octet-stream' }
  const response = await fetch(`${used.server.url}/api/v1/blobs`, { method: 'POST', headers, body: body as string })
  return { status: response.status, text: await response.text() }
}

const frame = (text: string, hash = sha(text), size: number | string = text.length): string =>
  `${hash} ${size}\n${text}`

/** Returns the paths in the snapshot of a run. */
async function filesOf(run: number): Promise<string[]> {
  return ((await work.hagane('code', String(run), '--json')).json as { files: FileEntry[] }).files.map(
    (file) => file.path,
  )
}

describe('the code of a run', () => {
  it('The code of a run omits ignored files and contains the files that links inside the folder refer to', async () => {
    work.write('train.py', 'print(open("lib/util.txt").read(), open("linked.txt").read())')
    work.write('lib/util.txt', 'util')
    work.write('data/big.bin', 'data')
    work.write('data/keep.txt', 'keep')
    work.write('lib/cache/x.pyc', 'x')
    work.write('.gitignore', 'data/*\n!data/keep.txt\n')
    work.write('lib/.gitignore', 'local.txt\n')
    work.write('lib/local.txt', 'local')
    symlinkSync('lib/util.txt', join(work.folder, 'linked.txt'))
    symlinkSync('/etc/passwd', join(work.folder, 'passwd'))
    symlinkSync('lib', join(work.folder, 'folder-link'))
    work.write('.env', 'PASSWORD=1')
    work.write('notes.md', '-----BEGIN RSA PRIVATE KEY-----')

    const { stderr, json } = await work.hagane(
      'run',
      '-f',
      work.write('run.yml', 'version: 1\nkind: experiment\nrun: {cmd: python train.py}\n'),
      '--wait',
      '--json',
    )
    const { number } = json as { number: number }
    expect(await filesOf(number)).toEqual([
      '.env',
      '.gitignore',
      'data/keep.txt',
      'lib/.gitignore',
      'lib/util.txt',
      'linked.txt',
      'notes.md',
      'run.yml',
      'train.py',
    ])
    expect((await work.hagane('logs', String(number))).stdout.trim()).toBe('util util')
    expect(stderr).toMatch(/look like secrets.*\.env, notes\.md/)
    expect(stderr).toMatch(/left out.*folder-link, passwd/)
    expect(readFileSync(join(used.server.dataDir, 'server.log'), 'utf8')).not.toContain('PASSWORD')
  })

  it('A .haganeignore file replaces other rules, --in-place sends no code, --no-upload reuses code', async () => {
    work.write('.haganeignore', '*\n!*.yml\n!*.py\n!.env\n')
    const { number } = (await work.hagane('run', '-f', 'run.yml', '--json')).json as { number: number }
    expect(await filesOf(number)).toEqual(['.env', 'run.yml', 'train.py'])

    const inPlace = (await work.hagane('run', '-f', 'run.yml', '--in-place', '--wait', '--json')).json as {
      number: number
    }
    expect((await work.hagane('code', String(inPlace.number))).status).toBe(4)
    expect(((await work.hagane('show', String(inPlace.number), '--json')).json as RunDetailView).phase).toBe(
      'succeeded',
    )

    work.write('train.py', 'raise SystemExit("not this one")')
    const latest = (await work.hagane('run', '-f', 'run.yml', '--no-upload', '--json')).json as { number: number }
    expect(((await work.hagane('show', String(latest.number), '--json')).json as RunDetailView).snapshot).toBe(
      ((await work.hagane('show', String(number), '--json')).json as RunDetailView).snapshot,
    )
  })

  it('A missing code folder and contradicting options are refused with one sentence', async () => {
    const missing = await work.hagane('run', '-f', 'run.yml', '--workdir', 'nowhere')
    expect([missing.status, missing.stderr]).toEqual([
      2,
      expect.stringMatching(/nowhere is no folder: say with --workdir/),
    ])

    const both = await work.hagane('run', '-f', 'run.yml', '--in-place', '--no-upload')
    expect([both.status, both.stderr]).toEqual([
      2,
      expect.stringContaining('--in-place cannot stand beside --no-upload'),
    ])
  })

  it('The code of a sweep is unpacked once for ten trials, and each trial runs in a copy of its own', async () => {
    work.write('.haganeignore', '.env\n')
    work.write(
      'touch.py',
      'import os, sys\nassert not os.path.exists("mark")\nopen("mark", "w").write(sys.argv[1])\nopen("touch.py", "a").write("# mine")\n',
    )
    const file = work.write(
      'ten.yml',
      'version: 1\nkind: group\nhptuning: {concurrency: 10, matrix: {x: {range: [0, 10, 1]}}}\nrun: {cmd: "python touch.py {{ x }}"}\n',
    )

    const before = await countEvents('snapshot.unpacked')
    const { status, stderr, json } = await work.hagane('run', '-f', file, '--wait', '--json')
    expect(status, stderr).toBe(0)
    expect((await countEvents('snapshot.unpacked')) - before).toBe(1)

    const trials = (await used.server.call<RunPageView>('GET', `/runs?sweep=${(json as { number: number }).number}`))
      .body.runs
    expect(new Set(trials.map((run) => run.snapshot)).size).toBe(1)

    const second = (await work.hagane('upload', '--json')).json as { sentBytes: number; digest: string }
    expect(second).toMatchObject({ sentBytes: 0, digest: trials[0]!.snapshot })
  })

  it('`hagane code` returns the code as it was, its document and its difference from the commit', async () => {
    const git = (...args: string[]): void => void execFileSync('git', args, { cwd: work.folder })
    git('init', '-q')
    git('add', 'touch.py')
    git('-c', 'user.name=a', '-c', 'user.email=a@b.c', 'commit', '-qm', 'first')
    work.write('touch.py', 'print("changed")\n')

    const { number } = (
      await work.hagane(
        'run',
        '-f',
        work.write('again.yml', 'version: 1\nkind: job\nbuild: {image: busybox}\nrun: {cmd: python touch.py}\n'),
        '--wait',
        '--json',
      )
    ).json as { number: number }
    const run = (await work.hagane('show', String(number), '--json')).json as RunDetailView
    expect(run.host!.git).toMatchObject({ isDirty: true, commit: expect.stringMatching(/^[0-9a-f]{40}$/) })
    expect(run.ranOn).toMatchObject({
      imageAsked: 'busybox',
      environment: null,
      python: { version: expect.stringMatching(/^3/) },
    })
    expect((await work.hagane('show', String(number))).stdout).toContain('not on the image busybox')
    expect((await work.hagane('code', String(number), '--diff')).stdout).toContain('+print("changed")')
    expect((await work.hagane('code', String(number), '--document')).stdout).toContain('kind: job')
    expect((await work.hagane('code', String(number), '--to', 'back')).status).toBe(0)
    expect(readFileSync(join(work.folder, 'back', 'touch.py'), 'utf8')).toBe('print("changed")\n')
  })

  it('Code that is too large is refused with the path and size of the large file', async () => {
    work.write('huge/file.bin', '')
    const path = join(work.folder, 'huge', 'file.bin')
    writeFileSync(path, Buffer.alloc(101_000_000))
    const { status, stderr } = await work.hagane('upload')
    expect([status, /huge\/file\.bin is 101 MB/.test(stderr)]).toEqual([2, true])
    writeFileSync(path, '')
  })

  it('A file that may have changed without a new modification time is hashed again', async () => {
    const at = new Date()
    work.write('race.txt', 'one')
    utimesSync(join(work.folder, 'race.txt'), at, at)
    const first = (await work.hagane('upload', '--json')).json as { digest: string }
    work.write('race.txt', 'two')
    utimesSync(join(work.folder, 'race.txt'), at, at)
    expect(((await work.hagane('upload', '--json')).json as { digest: string }).digest).not.toBe(first.digest)
  })
})

async function countEvents(kind: string): Promise<number> {
  const { body } = await used.server.call<EventView[]>('GET', '/events?limit=1000')
  return body.filter((event) => event.kind === kind).length
}

describe('a hostile upload', () => {
  it('A snapshot is refused if a path leaves its folder, occurs twice, or is ambiguous on some system', async () => {
    const paths = [
      '../x',
      'a/../../x',
      '/etc/x',
      'C:/x',
      'a\\..\\x',
      'a//b',
      './x',
      'a/.',
      '',
      'a\u0000b',
      'a\nb',
      'x\u202Ey',
      `${'d/'.repeat(60)}x`,
      'n'.repeat(300),
      '\ud800',
    ]

    await sendBytes(frame('x'))
    for (const path of paths) {
      const { status } = await used.server.call('POST', '/snapshots', { files: [entry(path)] })
      expect([path, status]).toEqual([path, 400])
    }

    for (const files of [
      [entry('a'), entry('a')],
      [entry('a'), entry('a/b')],
      [entry('x/y/z'), entry('x/y')],
    ])
      expect((await used.server.call('POST', '/snapshots', { files })).status).toBe(400)

    const link = { ...entry('link'), target: '/etc/passwd' }
    expect((await used.server.call('POST', '/snapshots', { files: [link] })).status).toBe(400)
  })

  it('An upload with a wrong hash, a torn frame or missing contents is refused and leaves no file', async () => {
    expect((await sendBytes(frame('good') + frame('evil', sha('good2')))).status).toBe(400)
    expect((await sendBytes(frame('short', sha('short'), 99))).status).toBe(400)
    expect((await sendBytes(frame('huge', sha('huge'), 999_999_999_999))).status).toBe(413)
    expect((await sendBytes('no frame at all'.repeat(20))).status).toBe(400)
    expect((await sendBytes(`../../etc 4\nevil`)).status).toBe(400)
    expect(await sendBytes(frame('fine'))).toMatchObject({ status: 200, text: '{"stored":1}' })

    const missing = await used.server.call<{ error: { message: string } }>('POST', '/snapshots', {
      files: [entry('a', 'never sent')],
    })
    expect([missing.status, missing.body.error.message]).toEqual([
      409,
      expect.stringContaining('1 contents are missing'),
    ])

    const half = readdirSync(join(used.server.dataDir, 'blobs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.half'),
    )
    expect(half).toEqual([])
  })

  it('A path that leaves the folders of blobs, snapshots and outputs is not found', async () => {
    for (const path of [
      '/blobs/..%2f..%2ftoken',
      `/blobs/${'0'.repeat(64)}`,
      '/snapshots/token',
      `/runs/1/artifacts/content?path=${encodeURIComponent('../../../token')}`,
    ])
      expect([path, (await used.server.call('GET', path)).status]).toEqual([path, 404])
  })

  it("An output file is served only as long as it is a plain file inside the run's outputs", async () => {
    const run = await used.server.submit(
      'version: 1\nkind: experiment\nrun: {cmd: "echo hello > $HAGANE_OUTPUTS/a.html; echo b > $HAGANE_OUTPUTS/b; echo ok"}',
    )
    await waitUntil(
      async () => (await used.server.call<unknown[]>('GET', `/runs/${run.number}/artifacts`)).body.length === 2,
    )

    const url = `${used.server.url}/api/v1/runs/${run.number}/artifacts/content?path=`
    const headers = { authorization: `Bearer ${used.server.readToken()}` }
    const answer = await fetch(`${url}a.html`, { headers })
    expect([answer.headers.get('content-type'), answer.headers.get('content-disposition')]).toEqual([
      'application/octet-stream',
      "attachment; filename*=UTF-8''a.html",
    ])
    expect(await answer.text()).toBe('hello\n')

    const outputs = join(used.server.dataDir, 'runs', String(run.number), 'outputs')
    rmSync(join(outputs, 'b'))
    symlinkSync('/etc/passwd', join(outputs, 'b'))
    expect((await fetch(`${url}b`, { headers })).status).toBe(404)

    rmSync(join(outputs, 'b'))
    mkdirSync(join(outputs, 'b'))
    expect((await fetch(`${url}b`, { headers })).status).toBe(404)
    expect(existsSync(join(outputs, 'a.html'))).toBe(true)
  })
})
