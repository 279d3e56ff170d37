import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { portablePathText } from '../../src/contract/file-paths.ts'
import { LIMITS } from '../../src/contract/limits.ts'
import type { FileEntry, Manifest } from '../../src/contract/snapshot.ts'
import type { CodeStore } from '../../src/core/ports/code-store.ts'
import { createCodeStore } from '../../src/snapshots/code-store.ts'
import { countSteps, abandonAt } from '../support/abandoned-work.ts'
import { openPlaces } from '../support/places.ts'

/** A file in an unpacked folder: its path in the form of a manifest, its content, and whether it can be executed. */
type Unpacked = [path: string, content: string, isExecutable: boolean]

/** A code store under test, and the files in which it stores contents and folders. */
interface Place {
  code: CodeStore
  /** Creates another store on the same files, as a restarted server does. The previous store gets no more calls. */
  restart(): void
  /** Returns the files of a folder that `checkOut` returned, by path; undefined where the folder does not exist. */
  readFolder(path: string): Unpacked[] | undefined
  /**
   * Returns the present number of entries in a folder that `checkOut` returned; undefined if the folder does not exist.
   */
  countEntries(path: string): number | undefined
  /** Returns the names of everything that is stored. */
  listStored(): string[]
  /**
   * Abandons work at its n-th change to the files, as the kill of a
   * server would. Returns false if the work ended with fewer changes.
   */
  abandonAt(n: number, work: () => Promise<unknown>): Promise<boolean>
  close(): void
}

function openDisk(): Place {
  const dataDir = mkdtempSync(join(tmpdir(), 'hagane-code-'))
  const place: Place = {
    code: createCodeStore(dataDir),
    restart: () => {
      place.code = createCodeStore(dataDir)
    },
    readFolder: (path) => (existsSync(path) ? filesIn(Buffer.from(path)).toSorted(byPath) : undefined),
    countEntries: (path) => {
      try {
        return readdirSync(path).length
      } catch {
        return undefined
      }
    },
    listStored: () =>
      readdirSync(dataDir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(dataDir.length + 1))
        .toSorted(),
    abandonAt: async (n, work) => {
      const isAbandoned = await abandonAt(n, work)
      place.restart()
      return isAbandoned
    },
    close: () => rmSync(dataDir, { recursive: true, force: true }),
  }
  return place
}

function filesIn(folder: Buffer, prefix = Buffer.alloc(0)): Unpacked[] {
  return readdirSync(folder, { encoding: 'buffer' }).flatMap((name): Unpacked[] => {
    const path = Buffer.concat([folder, Buffer.from('/'), name])
    const inner = Buffer.concat([prefix, name])
    const found = lstatSync(path)
    if (found.isDirectory()) return filesIn(path, Buffer.concat([inner, Buffer.from('/')]))
    return [[portablePathText(inner), readFileSync(path, 'latin1'), (found.mode & 0o111) !== 0]]
  })
}

const byPath = ([a]: Unpacked, [b]: Unpacked): number => (a < b ? -1 : 1)
const sha = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
/** Longer than the precision of the stored times of last use. */
const TICK_MS = 30
const DIGEST = 'd'.repeat(64)

/** Stores contents and returns their hashes. */
async function put({ code }: Place, ...contents: (string | Uint8Array)[]): Promise<string[]> {
  for (const content of contents) await code.put(sha(content), Buffer.from(content))
  return contents.map(sha)
}

const read = async ({ code }: Place, hash: string): Promise<string | undefined> => {
  const bytes = await code.read(hash)
  return bytes && Buffer.from(bytes).toString('latin1')
}

const entry = (path: string, content = path, isExecutable = false): FileEntry => ({
  path,
  sha256: sha(content),
  sizeBytes: content.length,
  isExecutable,
})

/** Returns the manifest of files whose content is their path; stores the contents. */
async function putFiles(place: Place, ...paths: string[]): Promise<Manifest> {
  await put(place, ...paths)
  return { files: paths.map((path) => entry(path)) }
}

const unpackedOf = ({ files }: Manifest): Unpacked[] =>
  files.map(({ path, isExecutable }): Unpacked => [path, path, isExecutable]).toSorted(byPath)

/** Returns a content as it is sent: after a line with its hash and size. */
const frame = (content: string, hash = sha(content), size: number | string = Buffer.byteLength(content)): Buffer =>
  Buffer.from(`${hash} ${size}\n${content}`)

/** Sends bytes in pieces of the given sizes, which are repeated. */
async function* inPieces(bytes: Uint8Array, sizes: readonly number[] = [bytes.length]): AsyncGenerator<Uint8Array> {
  for (let at = 0, index = 0; at < bytes.length; index += 1) {
    const end = at + sizes[index % sizes.length]!
    yield bytes.subarray(at, end)
    at = end
  }
}

describe.each([['disk', openDisk]])('a code store (%s)', (_, openNew) => {
  const openPlace = openPlaces(openNew)

  describe('contents', () => {
    it('A stored content is read as it was, also by the next server', async () => {
      const place = openPlace()
      const contents = ['text\n', '', Uint8Array.from({ length: 256 }, (_unused, index) => index), 'x'.repeat(300_000)]
      const hashes = await put(place, ...contents)
      for (let time = 0; time < 2; time += 1) {
        for (const [index, hash] of hashes.entries())
          expect(await read(place, hash)).toBe(Buffer.from(contents[index]!).toString('latin1'))
        expect(await place.code.listMissing(hashes)).toEqual([])
        place.restart()
      }
    })

    it('Contents that are not stored are missing, in the order of the question, and read as undefined', async () => {
      const place = openPlace()
      const [stored] = (await put(place, 'stored')) as [string]
      const [one, two] = [sha('one'), sha('two')]
      expect(await place.code.listMissing([two, stored, one])).toEqual([two, one])
      expect(await place.code.listMissing([])).toEqual([])
      expect(await place.code.read(one)).toBeUndefined()
    })

    it.each([
      ['empty', ''],
      ['short', 'abc'],
      ['in capital letters', 'A'.repeat(64)],
      ['too long', 'a'.repeat(65)],
      ['a path', `../../${'a'.repeat(58)}`],
      ['not only a hash', `${'a'.repeat(64)}\n`],
    ])('A hash that is %s is refused, and no content is read by it', async (_what, hash) => {
      const place = openPlace()
      expect(await place.code.read(hash)).toBeUndefined()
      await expect(place.code.put(hash, Buffer.from('x'))).rejects.toMatchObject({ code: 'invalid' })
      await expect(place.code.listMissing([hash])).rejects.toMatchObject({ code: 'invalid' })
      await expect(place.code.checkOut(hash, { files: [] })).rejects.toMatchObject({ code: 'invalid' })
      expect(place.listStored()).toEqual([])
    })

    it('A content with the hash of another one is refused, and neither is stored', async () => {
      const place = openPlace()
      await expect(place.code.put(sha('good'), Buffer.from('evil'))).rejects.toMatchObject({ code: 'invalid' })
      expect(await place.code.listMissing([sha('good'), sha('evil')])).toHaveLength(2)
      expect(place.listStored()).toEqual([])
    })

    it('A content that is stored many times at once is stored once', async () => {
      const place = openPlace()
      await Promise.all(Array.from({ length: 20 }, () => place.code.put(sha('same'), Buffer.from('same'))))
      await put(place, 'same')
      expect(await read(place, sha('same'))).toBe('same')
      expect(place.listStored()).toHaveLength(1)
    })

    it('A content is complete or missing after the server was killed at any step of storing it', async () => {
      const step = async (n: number): Promise<boolean> => {
        const place = openPlace()
        const isAbandoned = await place.abandonAt(n, () => put(place, 'content'))
        expect([undefined, 'content']).toContain(await read(place, sha('content')))
        expect(await place.code.listMissing([sha('content')])).toHaveLength(
          (await read(place, sha('content'))) === undefined ? 1 : 0,
        )
        await put(place, 'content')
        expect(await read(place, sha('content'))).toBe('content')
        await place.code.removeStale(0, Infinity)
        expect(place.listStored()).toHaveLength(1)
        return isAbandoned
      }
      expect(await countSteps(step)).toBeGreaterThan(1)
    })
  })

  describe('putAll', () => {
    it('Contents of a stream are stored, in whatever pieces the stream arrives', async () => {
      const contents = fc.array(
        fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom('', '\n', frame('inner').toString())),
        {
          maxLength: 40,
        },
      )
      const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 })
      await fc.assert(
        fc.asyncProperty(contents, sizes, async (sent, pieces) => {
          const place = openPlace()
          const stream = Buffer.concat(sent.map((content) => frame(content)))
          expect(await place.code.putAll(inPieces(stream, pieces))).toBe(sent.length)
          for (const content of sent)
            expect(await read(place, sha(content))).toBe(Buffer.from(content).toString('latin1'))
          expect(place.listStored()).toHaveLength(new Set(sent).size)
        }),
        { numRuns: 20 },
      )
    })

    it('A content that occurs many times in a stream is stored once', async () => {
      const place = openPlace()
      await place.code.putAll(inPieces(Buffer.concat(Array.from({ length: 50 }, () => frame('same')))))
      expect(await read(place, sha('same'))).toBe('same')
      expect(place.listStored()).toHaveLength(1)
    })

    it('A large content that arrives in many pieces is stored', async () => {
      const place = openPlace()
      const large = 'large '.repeat(400_000)
      expect(await place.code.putAll(inPieces(frame(large), [65_536]))).toBe(1)
      expect((await read(place, sha(large))) === large).toBe(true)
    })

    it('A content with a wrong hash is refused as invalid and not stored', async () => {
      const place = openPlace()
      const bytes = Buffer.concat([frame('before'), frame('evil', sha('good')), frame('after')])
      await expect(place.code.putAll(inPieces(bytes))).rejects.toMatchObject({ code: 'invalid' })
      expect(await place.code.listMissing([sha('good'), sha('evil')])).toHaveLength(2)
    })

    it('A stream that ends inside a content is refused as invalid wherever it ends, and the rest is not stored', async () => {
      const place = openPlace()
      const frames = [frame('first'), frame(''), frame('second')]
      const bytes = Buffer.concat(frames)
      const ends = [0, frames[0]!.length, frames[0]!.length + frames[1]!.length, bytes.length]
      for (let length = 0; length < bytes.length; length += 1) {
        const sent = place.code.putAll(inPieces(bytes.subarray(0, length), [7]))
        if (ends.includes(length)) await sent
        else await expect(sent, String(length)).rejects.toMatchObject({ code: 'invalid' })
      }
      expect(await place.code.listMissing([sha('first'), sha(''), sha('second')])).toEqual([sha('second')])
    })

    it.each([
      ['no line', 'no frame at all'.repeat(20), 'invalid'],
      ['a path instead of a hash', '../../etc 4\nevil', 'invalid'],
      ['no size', `${sha('x')}\nx`, 'invalid'],
      ['a negative size', `${sha('x')} -1\nx`, 'invalid'],
      ['a size with a fraction', `${sha('x')} 1.5\nx`, 'invalid'],
      ['a size that is too small', `${sha('xyz')} 2\nxyz`, 'invalid'],
      ['a hash in capital letters', `${sha('x').toUpperCase()} 1\nx`, 'invalid'],
      ['a size above the limit', `${sha('x')} ${LIMITS.uploadBytesMax + 1}\nx`, 'too_large'],
    ])('A stream with %s is refused', async (_what, text, code) => {
      const place = openPlace()
      await expect(place.code.putAll(inPieces(Buffer.from(text)))).rejects.toMatchObject({ code })
      expect(place.listStored()).toEqual([])
    })

    it('A stream that breaks off fails with its error, and its contents can be sent again', async () => {
      const place = openPlace()
      const broken = async function* () {
        yield frame('first')
        yield frame('second').subarray(0, 70)
        throw new Error('connection lost')
      }
      await expect(place.code.putAll(broken())).rejects.toThrow('connection lost')
      expect(await place.code.listMissing([sha('second')])).toHaveLength(1)
      expect(await place.code.putAll(inPieces(Buffer.concat([frame('first'), frame('second')])))).toBe(2)
      expect(await place.code.listMissing([sha('first'), sha('second')])).toEqual([])
    })

    it('A stream without contents stores none', async () => {
      expect(await openPlace().code.putAll(inPieces(Buffer.alloc(0)))).toBe(0)
    })
  })

  describe('checkOut', () => {
    it('Files of code are unpacked with their folders and modes, once, also for the next server', async () => {
      const place = openPlace()
      await put(place, 'print(1)\n', 'exit 7\n', '')
      const files = [
        entry('train.py', 'print(1)\n'),
        entry('lib/a/b/copy.py', 'print(1)\n'),
        entry('lib/run.sh', 'exit 7\n', true),
        entry('lib/same-but-plain.sh', 'exit 7\n'),
        entry('empty', ''),
      ]
      const expected: Unpacked[] = [
        ['empty', '', false],
        ['lib/a/b/copy.py', 'print(1)\n', false],
        ['lib/run.sh', 'exit 7\n', true],
        ['lib/same-but-plain.sh', 'exit 7\n', false],
        ['train.py', 'print(1)\n', false],
      ]
      const { path, isNew } = await place.code.checkOut(DIGEST, { files })
      expect([isNew, place.readFolder(path)]).toEqual([true, expected])
      expect(await place.code.checkOut(DIGEST, { files })).toEqual({ path, isNew: false })
      place.restart()
      expect(await place.code.checkOut(DIGEST, { files })).toEqual({ path, isNew: false })
      expect(place.readFolder(path)).toEqual(expected)
    })

    it('Code without files is an empty folder', async () => {
      const place = openPlace()
      const { path } = await place.code.checkOut(DIGEST, { files: [] })
      expect(place.readFolder(path)).toEqual([])
    })

    it('Code of two digests has two folders', async () => {
      const place = openPlace()
      const [one, two] = [await putFiles(place, 'one', 'both'), await putFiles(place, 'two', 'both')]
      const folders = await Promise.all([place.code.checkOut(DIGEST, one), place.code.checkOut('e'.repeat(64), two)])
      expect(folders.map(({ path }) => place.readFolder(path))).toEqual([unpackedOf(one), unpackedOf(two)])
    })

    it('Concurrent calls unpack a folder once and return when it is complete', async () => {
      const place = openPlace()
      const manifest = await putFiles(
        place,
        ...Array.from({ length: 200 }, (_unused, index) => `file-${index % 7}/${index}`),
      )
      const results = await Promise.all(
        Array.from({ length: 10 }, async () => {
          const { path, isNew } = await place.code.checkOut(DIGEST, manifest)
          return { path, isNew, files: place.readFolder(path)?.length }
        }),
      )
      expect(results.map(({ files }) => files)).toEqual(Array(10).fill(200))
      expect(results.filter(({ isNew }) => isNew)).toHaveLength(1)
      expect(new Set(results.map(({ path }) => path)).size).toBe(1)
    })

    it('Files of every name are unpacked', async () => {
      const place = openPlace()
      const manifest = await putFiles(
        place,
        ...[
          'plain.txt',
          '...',
          '..dots',
          '-rf',
          ' two  spaces ',
          'it\'s "50%" #?&;$(x)*',
          'new\nline',
          'back\\slash',
          'a\\xE9',
          'e\u0301',
          '\u00e9',
          'モデル/重み.bin',
          'a'.repeat(255),
        ].map((name) => portablePathText(Buffer.from(name))),
        portablePathText(Buffer.from('caf\xe9', 'latin1')),
        portablePathText(Buffer.from('dir\xff/\x83\x82', 'latin1')),
        `${'d/'.repeat(49)}x`,
      )
      const { path } = await place.code.checkOut(DIGEST, manifest)
      const found = place.readFolder(path)!.map(([name, content]) => [name, Buffer.from(content, 'latin1').toString()])
      expect(found).toEqual(unpackedOf(manifest).map(([name, content]) => [name, content]))
      expect(found).toHaveLength(16)
    })

    it.each([
      ['a path that leaves the folder', ['../x']],
      ['a path that leaves the folder from a folder', ['a/../../x']],
      ['a path with dots', ['a/./x']],
      ['an absolute path', ['/etc/x']],
      ['a path with a drive', ['C:/x']],
      ['an empty path', ['']],
      ['an empty part', ['a//b']],
      ['a path of a folder', ['a/']],
      ['a backslash', ['a\\..\\x']],
      ['an escaped NUL', ['a\\x00b']],
      ['an escaped slash', ['..\\x2Fx']],
      ['a path that occurs twice', ['x', 'x']],
      ['a path that is a file and a folder', ['x', 'x/y']],
    ])('A manifest with %s is refused as invalid, and nothing is unpacked', async (_what, paths) => {
      const place = openPlace()
      await put(place, 'content')
      const before = place.listStored()
      const files = ['good', ...paths].map((path) => entry(path, 'content'))
      await expect(place.code.checkOut(DIGEST, { files })).rejects.toMatchObject({ code: 'invalid' })
      expect(place.listStored()).toEqual(before)
      expect(await place.code.checkOut(DIGEST, { files: [entry('good', 'content')] })).toMatchObject({ isNew: true })
    })

    it('Code of which a content is missing fails for every caller, and is unpacked once the content is there', async () => {
      const place = openPlace()
      const manifest = await putFiles(place, 'a', 'b/c')
      const files = [...manifest.files, entry('missing')]
      const results = await Promise.allSettled([1, 2, 3].map(() => place.code.checkOut(DIGEST, { files })))
      expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])

      await put(place, 'missing')
      const { path, isNew } = await place.code.checkOut(DIGEST, { files })
      expect([isNew, place.readFolder(path)]).toEqual([true, unpackedOf({ files })])
    })

    it('Unpacked code is complete after the server was killed at any step of its unpacking', async () => {
      const step = async (n: number): Promise<boolean> => {
        const place = openPlace()
        const { files } = await putFiles(place, 'a', 'b/c', 'b/d/e')
        const manifest = { files: [...files, entry('run', 'a', true)] }
        const isAbandoned = await place.abandonAt(n, () => place.code.checkOut(DIGEST, manifest))
        const { path } = await place.code.checkOut(DIGEST, manifest)
        expect(place.readFolder(path)).toEqual([...unpackedOf({ files }), ['run', 'a', true]])
        await place.code.removeStale(Infinity, Infinity)
        expect(place.listStored()).toHaveLength(3)
        return isAbandoned
      }
      expect(await countSteps(step)).toBeGreaterThan(5)
    })
  })

  describe('removeStale', () => {
    it('Folders that were used since a time stay, and others are removed and unpacked again', async () => {
      const place = openPlace()
      const manifest = await putFiles(place, 'a', 'b/c')
      const digests = ['1', '2', '3'].map((digit) => digit.repeat(64))
      const folders = []
      for (const digest of digests) folders.push((await place.code.checkOut(digest, manifest)).path)
      await pause(TICK_MS)
      const time = Date.now()
      await pause(TICK_MS)
      await place.code.checkOut(digests[1]!, manifest)

      await place.code.removeStale(time, 0)
      expect(folders.map((path) => place.readFolder(path)?.length)).toEqual([undefined, 2, undefined])
      expect(await place.code.listMissing(manifest.files.map(({ sha256 }) => sha256))).toEqual([])
      const again = []
      for (const digest of digests) again.push((await place.code.checkOut(digest, manifest)).isNew)
      expect(again).toEqual([true, false, true])
      expect(folders.map((path) => place.readFolder(path))).toEqual(Array(3).fill(unpackedOf(manifest)))
    })

    it('Files of interrupted writes are removed from before a time, and complete contents stay', async () => {
      const place = openPlace()
      await put(place, 'kept')
      let n = 1
      while (place.listStored().length < 2 && (await place.abandonAt(n, () => put(place, 'broken')))) n += 1
      const stored = place.listStored()
      // A store that writes no file before a content is complete has nothing to remove.
      if (stored.length < 2 || (await read(place, sha('broken'))) !== undefined) return

      await place.code.removeStale(0, Date.now() - 60_000)
      expect(place.listStored()).toEqual(stored)
      await place.code.removeStale(0, Infinity)
      expect(place.listStored()).toHaveLength(1)
      expect(await read(place, sha('kept'))).toBe('kept')
    })

    it('A folder that is being removed is complete or absent at every moment', async () => {
      const place = openPlace()
      await put(place, 'content')
      const files = Array.from({ length: 500 }, (_unused, index) => entry(`file-${index}`, 'content'))
      const { path } = await place.code.checkOut(DIGEST, { files })
      expect(place.readFolder(path)).toHaveLength(500)

      const removal = place.code.removeStale(Infinity, 0).then(() => 'done')
      const nextTurn = () => new Promise<'under way'>((resolve) => setImmediate(resolve, 'under way'))
      while ((await Promise.race([removal, nextTurn()])) === 'under way')
        expect([undefined, 500]).toContain(place.countEntries(path))
      expect(place.listStored()).toHaveLength(1)
    })

    it('Code is unpacked completely after the server was killed at any step of a removal', async () => {
      const step = async (n: number): Promise<boolean> => {
        const place = openPlace()
        const manifest = await putFiles(place, 'a', 'b/c')
        await place.code.checkOut(DIGEST, manifest)
        const isAbandoned = await place.abandonAt(n, () => place.code.removeStale(Infinity, 0))
        const { path } = await place.code.checkOut(DIGEST, manifest)
        expect(place.readFolder(path)).toEqual(unpackedOf(manifest))
        await place.code.removeStale(Infinity, Infinity)
        expect(place.listStored()).toHaveLength(2)
        return isAbandoned
      }
      expect(await countSteps(step)).toBeGreaterThan(1)
    })

    it('Nothing is removed from an empty store', async () => {
      const { code } = openPlace()
      await code.removeStale(Infinity, Infinity)
      expect(await code.removeBlobs(Infinity, () => false)).toBe(0)
    })
  })

  describe('removeBlobs', () => {
    it('Contents that are not kept are removed and counted', async () => {
      const place = openPlace()
      const [a, b, c] = (await put(place, 'a', 'b', 'c')) as [string, string, string]
      const questions: string[] = []
      const keep = (hash: string): boolean => questions.push(hash) > 0 && hash === b
      expect(await place.code.removeBlobs(Infinity, keep)).toBe(2)
      expect(questions.toSorted()).toEqual([a, b, c].toSorted())
      expect(await place.code.listMissing([a, b, c])).toEqual([a, c])
      expect([await read(place, a), await read(place, b)]).toEqual([undefined, 'b'])
      expect(await place.code.removeBlobs(Infinity, keep)).toBe(0)

      await put(place, 'a')
      expect(await read(place, a)).toBe('a')
    })

    it('Contents that were stored again since a time stay', async () => {
      const place = openPlace()
      const [old, again] = (await put(place, 'old', 'again')) as [string, string]
      await pause(TICK_MS)
      const time = Date.now()
      await pause(TICK_MS)
      const [fresh] = (await put(place, 'fresh')) as [string]
      await place.code.putAll(inPieces(frame('again')))
      expect(await place.code.removeBlobs(time, () => false)).toBe(1)
      expect(await place.code.listMissing([old, again, fresh])).toEqual([old])
    })

    it('Unpacked code stays complete when its contents are removed', async () => {
      const place = openPlace()
      const manifest = await putFiles(place, 'a', 'b/c')
      const { path } = await place.code.checkOut(DIGEST, manifest)
      expect(await place.code.removeBlobs(Infinity, () => false)).toBe(2)
      expect(await place.code.checkOut(DIGEST, manifest)).toEqual({ path, isNew: false })
      expect(place.readFolder(path)).toEqual(unpackedOf(manifest))
    })

    it('A content is complete or missing after the server was killed at any step of its removal', async () => {
      const step = async (n: number): Promise<boolean> => {
        const place = openPlace()
        const [kept, removed] = (await put(place, 'kept', 'removed')) as [string, string]
        const keep = (hash: string): boolean => hash === kept
        const isAbandoned = await place.abandonAt(n, () => place.code.removeBlobs(Infinity, keep))
        expect([undefined, 'removed']).toContain(await read(place, removed))
        await place.code.removeBlobs(Infinity, keep)
        await place.code.removeStale(0, Infinity)
        expect([await read(place, kept), await read(place, removed)]).toEqual(['kept', undefined])
        expect(place.listStored()).toHaveLength(1)
        return isAbandoned
      }
      expect(await countSteps(step)).toBeGreaterThan(1)
    })
  })

  describe('runExclusively', () => {
    it('Works run one at a time in the order of their calls, and their results are returned', async () => {
      const { code } = openPlace()
      const log: string[] = []
      const works = [30, 1, 10, 0].map(async (ms, index) =>
        code.runExclusively(async () => {
          log.push(`begin ${index}`)
          await pause(ms)
          log.push(`end ${index}`)
          return index
        }),
      )
      expect(await Promise.all(works)).toEqual([0, 1, 2, 3])
      expect(log).toEqual([0, 1, 2, 3].flatMap((index) => [`begin ${index}`, `end ${index}`]))
    })

    it('A work that fails fails for its caller alone, and the next works run', async () => {
      const { code } = openPlace()
      const results = await Promise.allSettled([
        code.runExclusively(async () => 'first'),
        code.runExclusively(async () => await Promise.reject(new Error('broken'))),
        code.runExclusively(() => {
          throw new Error('broken at once')
        }),
        code.runExclusively(async () => 'last'),
      ])
      expect(results.map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason)))).toEqual([
        'first',
        'Error: broken',
        'Error: broken at once',
        'last',
      ])
    })

    it('A work may use the store while others wait', async () => {
      const place = openPlace()
      const [hash] = await place.code.runExclusively(async () => await put(place, 'x'))
      const removal = place.code.runExclusively(async () => await place.code.removeBlobs(Infinity, () => false))
      const check = place.code.runExclusively(async () => await place.code.listMissing([hash!]))
      expect([await removal, await check]).toEqual([1, [hash]])
    })
  })
})
