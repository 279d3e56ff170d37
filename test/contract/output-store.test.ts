import { execFileSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { buffer } from 'node:stream/consumers'

import { describe, expect, it } from 'vitest'

import { placeOutputs } from '../../src/core/outputs/placement.ts'
import type { RelatedRuns } from '../../src/core/outputs/placement.ts'
import type { OutputStore } from '../../src/core/ports/output-store.ts'
import type { Run } from '../../src/core/records/run.ts'
import { createDiskOutputs } from '../../src/artifacts/disk-outputs.ts'
import { countSteps, abandonAt } from '../support/abandoned-work.ts'
import { openPlaces } from '../support/places.ts'

/** An output store under test, and the machine where scripts write to it. */
interface Place {
  readonly outputs: OutputStore
  /** Writes a file as a script does. `folder` is a path that `prepare` returned. */
  write(folder: string, path: string | Buffer, content: string | Uint8Array): void
  /** Runs shell commands in a folder that `prepare` returned. */
  runScript(folder: string, script: string): void
  /** Makes a file or folder unreadable for the store. */
  denyReading(folder: string, path: string): void
  /** Makes all files readable again. */
  allowReading(): void
  /** Returns the names of everything that is stored for any run. */
  listStored(): string[]
  /**
   * Abandons work at its n-th change to the files, as the kill of a
   * server would. Returns false if the work ended with fewer changes.
   */
  abandonAt(n: number, work: () => Promise<unknown>): Promise<boolean>
  close(): void
}

const NOBODY = 65_534

function openDisk(): Place {
  const dataDir = mkdtempSync(join(tmpdir(), 'hagane-outputs-'))
  const denied: string[] = []
  const runs = join(dataDir, 'runs')

  const place: Place = {
    outputs: createDiskOutputs(dataDir),
    write: (folder, path, content) => {
      const whole = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(path)])
      mkdirSync(whole.subarray(0, whole.lastIndexOf('/')), { recursive: true })
      writeFileSync(whole, content)
    },
    runScript: (folder, script) => void execFileSync('/bin/sh', ['-c', script], { cwd: folder }),
    denyReading: (folder, path) => {
      denied.push(join(folder, path))
      chmodSync(join(folder, path), 0)
      // Root may read everything, so the store becomes another user.
      if (process.geteuid?.() === 0) {
        execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, dataDir])
        process.seteuid!(NOBODY)
      }
    },
    allowReading: () => {
      if (process.getuid?.() === 0) process.seteuid!(0)
      for (const path of denied.splice(0)) if (existsSync(path)) chmodSync(path, 0o700)
    },
    listStored: () => (existsSync(runs) ? readdirSync(runs) : []),
    abandonAt,
    close: () => {
      place.allowReading()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
  return place
}

/** Returns a run that has not started. */
const newRun = (number: number, fields: Partial<Run> = {}): Run =>
  ({ id: randomUUID(), number, outputsOwnerNumber: number, startedAt: null, origin: null, ...fields }) as Run
const started = (run: Run): Run => ({ ...run, startedAt: 1 })

type Chain = [first: Run, second: Run, third: Run]

/** Returns the runs 3, 5 and 7. Run 5 resumes run 3, and run 7 resumes run 5. */
function newChain(): Chain {
  const resume = (number: number, run: Run): Run =>
    newRun(number, { origin: { kind: 'resumes', runId: run.id }, outputsOwnerNumber: 3 })
  const first = newRun(3)
  const second = resume(5, first)
  return [first, second, resume(7, second)]
}

/**
 * Prepares a run of a chain after all earlier ones have started. `without` are runs that have been removed for good.
 */
async function prepareResumed(
  place: Place,
  chain: Chain,
  run: Run,
  { without = [] }: { without?: readonly Run[] } = {},
): Promise<string> {
  const find = (id: string | undefined): Run | undefined => chain.find((one) => one.id === id && !without.includes(one))
  const [owner, origin] = [find(chain[0].id), find(run.origin?.runId)]
  return await prepare(place, run, {
    owner: run === chain[0] ? run : owner && started(owner),
    origin: origin && started(origin),
  })
}

const prepare = async ({ outputs }: Place, run: Run, related: Partial<RelatedRuns> = {}): Promise<string> =>
  await outputs.prepare(placeOutputs(run, { owner: run, origin: undefined, ...related }))

async function open({ outputs }: Place, run: Run, path: string): Promise<string | undefined> {
  const stream = await outputs.open(run, path)
  return stream && (await buffer(stream)).toString('latin1')
}

/** Returns the contents of all listed files by path, in the order of the list. Checks their sizes and hashes. */
async function readAll(place: Place, run: Run): Promise<[path: string, content: string][]> {
  const { files, unreadable } = await place.outputs.list(run)
  expect(unreadable).toEqual([])
  expect(await place.outputs.hasAny(run)).toBe(files.length > 0)
  const contents: [string, string][] = []
  for (const { path, sizeBytes, sha256 } of files) {
    const content = (await open(place, run, path))!
    const bytes = Buffer.from(content, 'latin1')
    expect({ path, sizeBytes, sha256 }).toEqual({ path, sizeBytes: bytes.length, sha256: sha(bytes) })
    contents.push([path, content])
  }
  return contents
}

const sha = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')
const remove = async ({ outputs }: Place, run: Run, { isShared = false, isLaunched = true } = {}): Promise<void> =>
  await outputs.remove({ run, isLaunched }, isShared)

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

/** File names: as they are listed, and their bytes. */
const NAMES: readonly [text: string, bytes: Buffer][] = [
  ['plain.txt', latin1('plain.txt')],
  ['...', latin1('...')],
  ['..dots', latin1('..dots')],
  ['-rf', latin1('-rf')],
  [' two  spaces ', latin1(' two  spaces ')],
  ['it\'s "50%" #?&;$(x)*', latin1('it\'s "50%" #?&;$(x)*')],
  ['new\nline\ttab', latin1('new\nline\ttab')],
  ['back\\slash', latin1('back\\slash')],
  ['a\\x5CxE9', latin1('a\\xE9')],
  ['caf\\xE9', latin1('caf\xe9')],
  ['dir\\xFF/\\x83\\x82', latin1('dir\xff/\x83\x82')],
  ['e\u0301', Buffer.from('e\u0301')],
  ['\u00e9', Buffer.from('\u00e9')],
  ['\ufeffmark', Buffer.from('\ufeffmark')],
  ['モデル/重み.bin', Buffer.from('モデル/重み.bin')],
  ['a'.repeat(255), latin1('a'.repeat(255))],
]

describe.each([['disk', openDisk]])('an output store (%s)', (_, openNew) => {
  const openPlace = openPlaces(openNew)

  describe('prepare', () => {
    it('The outputs of a new run are an empty folder', async () => {
      const place = openPlace()
      const run = newRun(1)
      place.runScript(await prepare(place, run), 'test -d . && test -z "$(ls -A)"')
      expect(await readAll(place, run)).toEqual([])
    })

    it('The next attempt of a run finds the outputs of the one before in the same folder', async () => {
      const place = openPlace()
      const run = newRun(1)
      const folder = await prepare(place, run)
      place.write(folder, 'a/b.txt', 'first')
      expect(await prepare(place, run)).toBe(folder)
      expect(await prepare(place, started(run))).toBe(folder)
      expect(await readAll(place, run)).toEqual([['a/b.txt', 'first']])
    })

    it('Two runs have outputs of their own', async () => {
      const place = openPlace()
      const [one, two] = [newRun(1), newRun(11)]
      place.write(await prepare(place, one), 'x', 'one')
      place.write(await prepare(place, two), 'x', 'two')
      expect([await readAll(place, one), await readAll(place, two)]).toEqual([[['x', 'one']], [['x', 'two']]])
    })

    it('The next attempt of a run has an empty folder where a script removed its outputs folder', async () => {
      const place = openPlace()
      const run = newRun(1)
      const folder = await prepare(place, run)
      place.write(folder, 'x', 'x')
      place.runScript(folder, 'rm -r "$PWD"')
      expect(await readAll(place, run)).toEqual([])
      place.write(await prepare(place, started(run)), 'y', 'y')
      expect(await readAll(place, run)).toEqual([['y', 'y']])
    })

    it.each([
      ['a file', 'echo mine > "$folder"'],
      ['a link to nothing', 'ln -s /nowhere "$folder"'],
      ['a link to a file', 'ln -s /etc/passwd "$folder"'],
    ])('An attempt is refused as a conflict where %s is in the place of its outputs folder', async (_what, put) => {
      const place = openPlace()
      const run = newRun(1)
      const folder = await prepare(place, run)
      place.runScript(folder, `folder=$PWD; cd ..; rmdir "$folder"; ${put}`)
      await expect(prepare(place, started(run))).rejects.toMatchObject({ code: 'conflict' })
      expect(await place.outputs.hasAny(run)).toBe(false)
      expect((await place.outputs.list(run)).files).toEqual([])
      await remove(place, run)
      expect(place.listStored()).toEqual([])
    })
  })

  describe('a run that resumes', () => {
    const ALL: readonly [string, string][] = [
      ['of-3', '3'],
      ['of-5', '5'],
      ['of-7', '7'],
    ]

    /** Starts the runs 3, 5 and 7 of a chain and lets each write a file. */
    const startChain = async (place: Place): Promise<Chain> => {
      const runs = newChain()
      for (const run of runs) place.write(await prepareResumed(place, runs, run), `of-${run.number}`, `${run.number}`)
      return runs
    }

    it('Runs of which each resumes the one before write to the same outputs', async () => {
      const place = openPlace()
      const runs = await startChain(place)
      for (const run of runs) expect([run.number, await readAll(place, run)]).toEqual([run.number, ALL])
      const [folder] = await Promise.all(runs.map((run) => prepareResumed(place, runs, started(run))))
      place.write(folder!, 'of-3', 'changed')
      for (const run of runs) expect(await open(place, run, 'of-3')).toBe('changed')
    })

    it.each([[3], [5]])(
      'A run finds the outputs that it resumes where run %i of 3 and 5 was removed',
      async (number) => {
        const place = openPlace()
        const runs = newChain()
        const [first, second, third] = runs
        for (const run of [first, second])
          place.write(await prepareResumed(place, runs, run), `of-${run.number}`, `${run.number}`)

        const [removed, kept] = number === 3 ? [first, second] : [second, first]
        await remove(place, started(removed), { isShared: true })
        const folder = await prepareResumed(place, runs, third, { without: [removed] })
        place.write(folder, 'of-7', '7')
        expect(await readAll(place, third)).toEqual(ALL)
        expect(await readAll(place, kept)).toEqual(ALL)

        await remove(place, started(kept), { isShared: true })
        expect(await prepareResumed(place, runs, started(third), { without: [first, second] })).toBe(folder)
        expect(await readAll(place, third)).toEqual(ALL)
      },
    )

    it('A run finds the outputs of the only run that it resumes after the removal of that run', async () => {
      const place = openPlace()
      const runs = newChain()
      const [first, second] = runs
      place.write(await prepareResumed(place, runs, first), 'of-3', '3')
      await remove(place, started(first), { isShared: true })
      await prepareResumed(place, runs, second, { without: [first] })
      expect(await readAll(place, second)).toEqual([['of-3', '3']])
    })

    it.each([[[0, 1, 2]], [[0, 2, 1]], [[1, 0, 2]], [[1, 2, 0]], [[2, 0, 1]], [[2, 1, 0]]])(
      'Shared outputs stay until the last run of a chain is removed, in the order %j',
      async (order) => {
        const place = openPlace()
        const runs = await startChain(place)
        const left = new Set(runs)
        for (const run of order.map((index) => runs[index]!)) {
          left.delete(run)
          await remove(place, started(run), { isShared: left.size > 0 })
          for (const one of left) expect([one.number, await readAll(place, one)]).toEqual([one.number, ALL])
        }
        expect(place.listStored()).toEqual([])
      },
    )

    it('A run resumes the same outputs after the server was killed at any step of their preparation', async () => {
      const step = async (n: number): Promise<boolean> => {
        const place = openPlace()
        const runs = newChain()
        const [first, second] = runs
        place.write(await prepareResumed(place, runs, first), 'of-3', '3')
        const isAbandoned = await place.abandonAt(n, () => prepareResumed(place, runs, second))
        expect(await readAll(place, first)).toEqual([['of-3', '3']])
        await prepareResumed(place, runs, second)
        expect(await readAll(place, second)).toEqual([['of-3', '3']])
        for (const run of [first, second]) await remove(place, started(run), { isShared: run === first })
        expect(place.listStored()).toEqual([])
        return isAbandoned
      }
      expect(await countSteps(step)).toBeGreaterThan(0)
    })
  })

  describe('a copy', () => {
    const copyOf = (run: Run, number = 5): Run => newRun(number, { origin: { kind: 'copies', runId: run.id } })

    it('A copy begins with the outputs of its origin once, and neither changes the other afterwards', async () => {
      const place = openPlace()
      const run = newRun(3)
      const source = await prepare(place, run)
      place.write(source, 'model', 'old')
      place.write(source, 'logs/a', 'a')

      const copy = copyOf(run)
      const folder = await prepare(place, copy, { origin: run })
      expect(await readAll(place, copy)).toEqual([
        ['logs/a', 'a'],
        ['model', 'old'],
      ])

      place.write(folder, 'model', 'of the copy')
      place.write(source, 'model', 'of the origin')
      place.write(source, 'new', 'new')
      for (const again of [copy, started(copy)]) expect(await prepare(place, again, { origin: run })).toBe(folder)
      expect(await readAll(place, copy)).toEqual([
        ['logs/a', 'a'],
        ['model', 'of the copy'],
      ])
      expect(await open(place, run, 'model')).toBe('of the origin')

      await remove(place, started(run))
      expect(await open(place, copy, 'model')).toBe('of the copy')
    })

    it.each([
      ['few', 0],
      ['many', 220],
    ])('A copy of %s outputs has files of every name, executables and links', async (_amount, more) => {
      const place = openPlace()
      const run = newRun(3)
      const source = await prepare(place, run)
      for (const [, bytes] of NAMES) place.write(source, bytes, bytes)
      for (let index = 0; index < more; index += 1) place.write(source, `more/${index}`, String(index))
      place.runScript(source, 'echo "exit 7" > run.sh; chmod +x run.sh; ln -s plain.txt link; ln -s /nowhere broken')

      const copy = copyOf(run)
      const folder = await prepare(place, copy, { origin: run })
      expect(await readAll(place, copy)).toEqual(await readAll(place, run))
      place.runScript(
        folder,
        './run.sh; test $? = 7 && test -L link && test "$(cat link)" = plain.txt && test -L broken',
      )
    })

    it.each(['empty', 'never prepared'])('A copy of outputs that are %s is empty', async (state) => {
      const place = openPlace()
      const run = newRun(3)
      if (state === 'empty') await prepare(place, run)
      const copy = copyOf(run)
      place.write(await prepare(place, copy, { origin: run }), 'x', 'x')
      expect(await readAll(place, copy)).toEqual([['x', 'x']])
      expect(await readAll(place, run)).toEqual([])
    })

    it('A copy of a run that resumed another begins with the outputs of both', async () => {
      const place = openPlace()
      const runs = newChain()
      const [first, second] = runs
      place.write(await prepareResumed(place, runs, first), 'of-3', '3')
      place.write(await prepareResumed(place, runs, second), 'of-5', '5')
      const copy = copyOf(second, 9)
      await prepare(place, copy, { origin: second })
      expect(await readAll(place, copy)).toEqual([
        ['of-3', '3'],
        ['of-5', '5'],
      ])
    })

    it.each([
      ['file', 'few', 0],
      ['file', 'many', 220],
      ['folder', 'few', 0],
    ])('A copy is refused as a conflict that names the %s among %s that cannot be read', async (what, _few, more) => {
      const place = openPlace()
      const run = newRun(3)
      const source = await prepare(place, run)
      place.write(source, 'open.txt', 'open')
      place.write(source, 'closed/secret.bin', 'secret')
      for (let index = 0; index < more; index += 1) place.write(source, `more/${index}`, '')
      const closed = what === 'file' ? 'closed/secret.bin' : 'closed'
      place.denyReading(source, closed)

      const copy = copyOf(run)
      await expect(prepare(place, copy, { origin: run })).rejects.toMatchObject({
        code: 'conflict',
        args: { detail: { args: { path: closed } } },
      })
      expect(await readAll(place, copy)).toEqual([])

      place.allowReading()
      await prepare(place, copy, { origin: run })
      const listed = await place.outputs.list(copy)
      expect(listed).toEqual(await place.outputs.list(run))
      expect(listed.files).toHaveLength(2 + more)
    })

    it('A copy is complete after the server was killed at any step of the copying', async () => {
      const step = async (n: number): Promise<boolean> => {
        const place = openPlace()
        const run = newRun(3)
        const source = await prepare(place, run)
        for (const name of ['a', 'b/c', 'd']) place.write(source, name, name)

        const copy = copyOf(run)
        const isAbandoned = await place.abandonAt(n, () => prepare(place, copy, { origin: run }))
        const seen = await readAll(place, copy)
        if (seen.length > 0) expect(seen).toEqual(await readAll(place, run))
        await prepare(place, copy, { origin: run })
        expect(await readAll(place, copy)).toEqual(await readAll(place, run))

        for (const one of [run, copy]) await remove(place, started(one))
        expect(place.listStored()).toEqual([])
        return isAbandoned
      }
      expect(await countSteps(step)).toBeGreaterThan(5)
    })
  })

  describe('list and hasAny', () => {
    it('The outputs of a run that was never prepared are empty', async () => {
      expect(await readAll(openPlace(), newRun(1))).toEqual([])
    })

    it.each([
      ['a file', 'echo > x'],
      ['an empty file', ': > x'],
      ['an empty folder', 'mkdir x'],
      ['a link to nothing', 'ln -s /nowhere x'],
    ])('Outputs with %s count as some', async (_what, script) => {
      const place = openPlace()
      const run = newRun(1)
      place.runScript(await prepare(place, run), script)
      expect(await place.outputs.hasAny(run)).toBe(true)
    })

    it('Files are listed with their hash and size in the order of the bytes of their paths', async () => {
      const place = openPlace()
      const run = newRun(1)
      const folder = await prepare(place, run)
      const large = Buffer.alloc(3_000_001, 'large')
      for (const path of ['\u{1f600}', '\uff5e', 'z', 'a0', 'a/b/c', 'a-b', 'B', 'é']) place.write(folder, path, path)
      place.write(folder, 'empty', '')
      place.write(folder, 'large', large)
      place.runScript(folder, 'mkdir -p nothing/inside')

      const { files, unreadable } = await place.outputs.list(run)
      expect(unreadable).toEqual([])
      expect(files.map(({ path }) => path)).toEqual([
        'B',
        'a-b',
        'a/b/c',
        'a0',
        'empty',
        'large',
        'z',
        'é',
        '\uff5e',
        '\u{1f600}',
      ])
      expect(files.find(({ path }) => path === 'empty')).toEqual({ path: 'empty', sizeBytes: 0, sha256: sha('') })
      expect(files.find(({ path }) => path === 'large')).toEqual({
        path: 'large',
        sizeBytes: 3_000_001,
        sha256: sha(large),
      })
      expect(await readAll(place, run)).toHaveLength(10)
    })

    it('Files of every name are listed and opened', async () => {
      const place = openPlace()
      const run = newRun(1)
      const folder = await prepare(place, run)
      for (const [, bytes] of NAMES) place.write(folder, bytes, bytes)
      expect(await readAll(place, run)).toEqual(
        NAMES.toSorted(([, a], [, b]) => Buffer.compare(a, b)).map(([text, bytes]) => [text, bytes.toString('latin1')]),
      )
    })

    it('Links, pipes and files behind links are not listed', async () => {
      const place = openPlace()
      const run = newRun(1)
      const folder = await prepare(place, run)
      place.write(folder, 'real/file', 'x')
      place.runScript(folder, 'ln -s real/file a; ln -s real b; ln -s /etc c; ln -s . d; ln -s /nowhere e; mkfifo f')
      expect(await place.outputs.list(run)).toEqual({
        files: [{ path: 'real/file', sizeBytes: 1, sha256: sha('x') }],
        unreadable: [],
      })
    })

    it('Files and folders that cannot be read are named beside the files that are listed', async () => {
      const place = openPlace()
      const run = newRun(1)
      const folder = await prepare(place, run)
      for (const path of ['a', 'closed file', 'closed folder/x', 'z/y']) place.write(folder, path, path)
      place.denyReading(folder, 'closed file')
      place.denyReading(folder, 'closed folder')
      const { files, unreadable } = await place.outputs.list(run)
      expect([files.map(({ path }) => path), unreadable.toSorted()]).toEqual([
        ['a', 'z/y'],
        ['closed file', 'closed folder'],
      ])
    })

    it('Outputs whose folder cannot be read count as none and are named', async () => {
      const place = openPlace()
      const run = newRun(1)
      const folder = await prepare(place, run)
      place.write(folder, 'x', 'x')
      place.denyReading(folder, '.')
      expect(await place.outputs.hasAny(run)).toBe(false)
      expect(await place.outputs.list(run)).toEqual({ files: [], unreadable: [''] })
    })
  })

  describe('open', () => {
    it.each([
      ['missing', 'missing'],
      ['missing in a folder', 'a/missing'],
      ['below a file', 'a/b/beyond'],
      ['empty', ''],
      ['that of the folder itself', '.'],
      ['that of the parent folder', '..'],
      ['in a folder beside', '../NAME-beside/secret'],
      ['in a folder beside, by way of a folder', 'a/../../NAME-beside/secret'],
      ['absolute', '/etc/passwd'],
      ['a way up to the root', `${'../'.repeat(20)}etc/passwd`],
      ['that of a folder', 'a'],
      ['that of a folder with a slash', 'a/'],
      ['that of a file with a slash', 'a/b/'],
      ['a link to a file elsewhere', 'linked-file'],
      ['below a link to a folder elsewhere', 'linked-folder/passwd'],
      ['a link to a file beside', 'linked-beside'],
      ['a link to nothing', 'linked-nowhere'],
      ['a link to itself', 'linked-itself'],
      ['a pipe', 'pipe'],
      ['longer than a name may be', 'n'.repeat(300)],
      ['longer than a path may be', `${'deep/'.repeat(2_000)}x`],
    ])('No file is opened by a path that is %s', async (_what, path) => {
      const place = openPlace()
      const run = newRun(1)
      const folder = await prepare(place, run)
      place.write(folder, 'a/b', 'b')
      place.runScript(
        folder,
        `mkdir "$PWD-beside"; echo secret > "$PWD-beside/secret"; mkfifo pipe
         ln -s /etc/passwd linked-file; ln -s /etc linked-folder; ln -s "$PWD-beside/secret" linked-beside
         ln -s /nowhere linked-nowhere; ln -s linked-itself linked-itself`,
      )
      expect(await open(place, run, path.replace('NAME', basename(folder)))).toBeUndefined()
      expect(await open(place, run, 'a/b')).toBe('b')
    })

    it('No file is opened by a path with NUL', async () => {
      const place = openPlace()
      const run = newRun(1)
      place.write(await prepare(place, run), 'a', 'a')
      expect(await open(place, run, 'a\0b')).toBeUndefined()
    })

    it('No file is opened of a run that was never prepared', async () => {
      expect(await open(openPlace(), newRun(1), 'a')).toBeUndefined()
    })

    it('A file that may not be read is refused as a conflict that names it', async () => {
      const place = openPlace()
      const run = newRun(1)
      const folder = await prepare(place, run)
      place.write(folder, 'a/closed', 'x')
      place.denyReading(folder, 'a/closed')
      await expect(place.outputs.open(run, 'a/closed')).rejects.toMatchObject({
        code: 'conflict',
        args: { detail: { args: { path: 'a/closed' } } },
      })
    })

    it('A large file is read whole, and a reader may leave it early', async () => {
      const place = openPlace()
      const run = newRun(1)
      const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_unused, index) => index % 251))
      place.write(await prepare(place, run), 'large', bytes)
      await (await place.outputs.open(run, 'large'))!.cancel()
      expect(sha(Buffer.from((await open(place, run, 'large'))!, 'latin1'))).toBe(sha(bytes))
    })
  })

  describe('remove', () => {
    it('The outputs of a run are removed, and their removal can be repeated', async () => {
      const place = openPlace()
      const [run, other] = [newRun(1), newRun(2)]
      for (const one of [run, other]) place.write(await prepare(place, one), 'a/b', String(one.number))
      for (let time = 0; time < 2; time += 1) {
        await remove(place, started(run))
        expect(await readAll(place, run)).toEqual([])
        expect(await readAll(place, other)).toEqual([['a/b', '2']])
      }
      await remove(place, started(other))
      expect(place.listStored()).toEqual([])
    })

    it('Nothing is removed for a run that has no outputs', async () => {
      const place = openPlace()
      const kept = newRun(1)
      place.write(await prepare(place, kept), 'x', 'x')
      await remove(place, newRun(2), { isLaunched: false })
      await remove(place, started(newRun(3)), { isShared: true })
      await remove(place, started(newRun(4)))
      expect(await readAll(place, kept)).toEqual([['x', 'x']])
    })

    it('The outputs of a run are removed that was prepared and never launched', async () => {
      const place = openPlace()
      const run = newRun(1)
      place.write(await prepare(place, run), 'x', 'x')
      await remove(place, run, { isLaunched: false })
      expect(place.listStored()).toEqual([])
    })

    it('Outputs are removed in whatever state a script left them', async () => {
      const place = openPlace()
      const run = newRun(1)
      const folder = await prepare(place, run)
      place.write(folder, 'closed/x', 'x')
      for (const [, bytes] of NAMES) place.write(folder, bytes, bytes)
      place.runScript(
        folder,
        `python3 -c 'import os
for _ in range(150): os.mkdir("d" * 30); os.chdir("d" * 30)'
         ln -s /etc etc; ln -s . self; mkfifo pipe`,
      )
      place.denyReading(folder, 'closed')
      await remove(place, started(run))
      expect(place.listStored()).toEqual([])
      place.runScript('/', 'test -e /etc/passwd')
    })

    it('The removal of outputs that a script replaced by a link does not touch the files behind the link', async () => {
      const place = openPlace()
      const [run, elsewhere] = [newRun(1), newRun(2)]
      const target = await prepare(place, elsewhere)
      place.write(target, 'x', 'x')
      place.runScript(await prepare(place, run), `folder=$PWD; cd ..; rmdir "$folder"; ln -s '${target}' "$folder"`)
      await remove(place, started(run))
      expect(await readAll(place, elsewhere)).toEqual([['x', 'x']])
    })

    it('A removal is completed after the server was killed at any of its steps', async () => {
      const step = async (n: number): Promise<boolean> => {
        const place = openPlace()
        const runs = newChain()
        const [first, second] = runs
        for (const run of [first, second])
          place.write(await prepareResumed(place, runs, run), `of-${run.number}`, `${run.number}`)
        await remove(place, started(first), { isShared: true })

        const isAbandoned = await place.abandonAt(n, () => remove(place, started(second)))
        await remove(place, started(second))
        expect(await readAll(place, second)).toEqual([])
        expect(place.listStored()).toEqual([])
        return isAbandoned
      }
      expect(await countSteps(step)).toBeGreaterThan(2)
    })
  })

  describe('two databases', () => {
    it.each([0, 1])(
      'The outputs of two runs of one number are apart, and run %i of both can be removed',
      async (index) => {
        const place = openPlace()
        const runs = [newRun(1), newRun(1)]
        for (const run of runs) place.write(await prepare(place, run), 'x', run.id)
        for (const run of runs) expect(await readAll(place, run)).toEqual([['x', run.id]])
        for (const run of runs) await prepare(place, started(run))

        const [removed, kept] = [runs[index]!, runs[1 - index]!]
        await remove(place, started(removed))
        expect(await readAll(place, kept)).toEqual([['x', kept.id]])
        expect(await open(place, kept, 'x')).toBe(kept.id)
        await remove(place, started(kept))
        expect(place.listStored()).toEqual([])
      },
    )

    it('The removal of a run that was never launched keeps the outputs of the run of the other database', async () => {
      const place = openPlace()
      const [kept, absent] = [newRun(1), newRun(1)]
      place.write(await prepare(place, kept), 'x', 'x')
      await remove(place, absent, { isLaunched: false })
      await remove(place, newRun(2, { origin: { kind: 'resumes', runId: randomUUID() }, outputsOwnerNumber: 1 }), {
        isLaunched: false,
      })
      expect(await readAll(place, kept)).toEqual([['x', 'x']])
    })

    it('Chains of runs of the same numbers have outputs of their own, also after one chain is removed', async () => {
      const place = openPlace()
      const chains = [newChain(), newChain()]
      for (const index of [0, 1, 2])
        for (const runs of chains)
          place.write(await prepareResumed(place, runs, runs[index]!), `of-${index}`, runs[0].id)
      const filesOf = (runs: Chain) => [0, 1, 2].map((index) => [`of-${index}`, runs[0].id])
      for (const runs of chains) for (const run of runs) expect(await readAll(place, run)).toEqual(filesOf(runs))

      const [removed, kept] = chains as [Chain, Chain]
      for (const run of removed) await remove(place, started(run), { isShared: run !== removed[2] })
      for (const run of kept) expect(await readAll(place, run)).toEqual(filesOf(kept))
      for (const run of kept) await remove(place, started(run), { isShared: run !== kept[2] })
      expect(place.listStored()).toEqual([])
    })

    it('A copy begins with the outputs of its origin, not with those of the run of the same number', async () => {
      const place = openPlace()
      const [other, run] = [newRun(3), newRun(3)]
      for (const one of [other, run]) place.write(await prepare(place, one), 'x', one.id)
      place.write(await prepare(place, newRun(5)), 'x', 'of another 5')
      const copy = newRun(5, { origin: { kind: 'copies', runId: run.id } })
      await prepare(place, copy, { origin: run })
      expect(await readAll(place, copy)).toEqual([['x', run.id]])
    })

    /** Prepares run 5 and writes a file. The run has outputs of its own or resumes run 3. */
    const prepareRun = async (place: Place, kind: 'own' | 'shared'): Promise<Run> => {
      const runs = newChain()
      const run = kind === 'own' ? newRun(5) : runs[1]
      if (kind === 'shared') await prepareResumed(place, runs, runs[0])
      place.write(kind === 'own' ? await prepare(place, run) : await prepareResumed(place, runs, run), 'x', run.id)
      return run
    }

    const checkAbsentRun = async (kind: 'own' | 'shared'): Promise<void> => {
      const place = openPlace()
      const other = await prepareRun(place, kind)
      for (const absent of [newRun(5), newChain()[1]]) {
        expect(await readAll(place, absent)).toEqual([])
        expect(await open(place, absent, 'x')).toBeUndefined()
      }
      expect(await readAll(place, other)).toEqual([['x', other.id]])
    }

    it('A run that was never prepared does not show the outputs of the run of the other database', async () => {
      await checkAbsentRun('own')
    })

    it('A run that was never prepared does not show outputs that the other database shares', async () => {
      await checkAbsentRun('shared')
    })

    const checkRepeatedRemoval = async (kind: 'own' | 'shared', otherKind: 'own' | 'shared'): Promise<void> => {
      for (const isFirst of [true, false]) {
        const place = openPlace()
        const order = isFirst ? [kind, otherKind] : [otherKind, kind]
        const runs = [await prepareRun(place, order[0]!), await prepareRun(place, order[1]!)]
        const [removed, kept] = (isFirst ? runs : runs.toReversed()) as [Run, Run]
        for (const time of [1, 2]) {
          await remove(place, started(removed))
          expect([isFirst, time, await readAll(place, kept)]).toEqual([isFirst, time, [['x', kept.id]]])
        }
      }
    }

    it.each(['own', 'shared'] as const)(
      'A repeated removal of %s outputs keeps the outputs of the run of the other database',
      async (kind) => await checkRepeatedRemoval(kind, 'own'),
    )

    it.each(['own', 'shared'] as const)(
      'A repeated removal of %s outputs keeps outputs that the other database shares',
      async (kind) => await checkRepeatedRemoval(kind, 'shared'),
    )
  })
})
