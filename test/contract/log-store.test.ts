import { randomUUID } from 'node:crypto'
import { appendFileSync, closeSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'

import type { LogIntake } from '../../src/core/ports/log-intake.ts'
import type { LogPage, LogStart, LogStore } from '../../src/core/ports/log-store.ts'
import type { AttemptRef } from '../../src/core/records/attempt.ts'
import { attemptName } from '../../src/core/run/attempt-name.ts'
import { createAttemptDir } from '../../src/disk/attempt-dir.ts'
import { noteLogTime } from '../../src/logs/log-file.ts'
import { createDiskLogs } from '../../src/logs/disk-logs.ts'
import { createSimulatedClock } from '../support/simulated-clock.ts'
import type { SimulatedClock } from '../support/simulated-clock.ts'
import { openPlaces } from '../support/places.ts'

/** Logs under test, and the machine where attempts write them. */
interface Place {
  readonly logs: LogStore & LogIntake
  readonly clock: SimulatedClock
  /** Opens the empty log of an attempt that receives secrets. */
  launch(attempt: AttemptRef, secrets?: readonly string[]): void
  /** Adds bytes to the log of a launched attempt. */
  append(attempt: AttemptRef, bytes: string | Uint8Array): void
  /** Records the present length of a log with a time, as the server does while an attempt runs. */
  noteTime(attempt: AttemptRef, time: number): void
  /** Cuts out the middle of a log that exceeds its limit, as the server does when an attempt ends. */
  limit(attempt: AttemptRef): Promise<void>
  /** Stores a secret of the machine, which may occur in any log. */
  storeSecret(value: string): void
  /** Removes all secrets of the machine. */
  removeMachineSecrets(): void
  close(): void
}

function openDisk(): Place {
  const dataDir = mkdtempSync(join(tmpdir(), 'hagane-logs-'))
  const dirOf = (attempt: AttemptRef) => createAttemptDir(dataDir, attempt, `${attempt.id}@here`)
  const secrets = join(dataDir, 'secrets')
  const clock = createSimulatedClock(0)
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const logs = createDiskLogs({ dataDir, directoryId: 'here', bytesMax: LOG_LIMIT, clock, log })
  return {
    logs,
    clock,
    launch: (attempt, received = []) => closeSync(logs.open(attempt, received)),
    append: (attempt, bytes) => appendFileSync(dirOf(attempt).log, bytes),
    noteTime: (attempt, time) => noteLogTime(dirOf(attempt), time),
    limit: async (attempt) => await logs.close(attempt),
    storeSecret: (value) => {
      mkdirSync(join(secrets, 'key'), { recursive: true })
      writeFileSync(join(secrets, 'key', `SECRET_${randomUUID().replaceAll('-', '')}`), value)
    },
    removeMachineSecrets: () => rmSync(secrets, { recursive: true, force: true }),
    close: () => {
      logs[Symbol.dispose]()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

const newAttempt = (number = 1): AttemptRef => ({
  id: randomUUID(),
  runId: randomUUID(),
  name: attemptName(number, 1),
})

const LIMIT = 1_000_000
/** Size to which the store cuts a log, in bytes. */
const LOG_LIMIT = 64_000
const textOf = ({ bytes }: LogPage): string => Buffer.from(bytes).toString('latin1')
const read = async ({ logs }: Place, attempt: AttemptRef, from: LogStart = {}, limit = LIMIT): Promise<string> =>
  textOf(await logs.read(attempt, from, limit))

/** Reads a log from its beginning in pages of the given sizes, which are repeated. Checks the cursors of the pages. */
async function readInPages({ logs }: Place, attempt: AttemptRef, sizes: readonly number[]): Promise<string> {
  let text = ''
  let cursor = 0
  for (let index = 0; ; index += 1) {
    const size = sizes[index % sizes.length]!
    const page = await logs.read(attempt, { cursor }, size)
    expect(page.bytes.length).toBeLessThanOrEqual(size)
    const start = page.cut && cursor >= page.cut.from && cursor < page.cut.to ? page.cut.to : cursor
    expect(page.cursor).toBe(start + page.bytes.length)
    if (page.bytes.length === 0) return text
    text += textOf(page)
    cursor = page.cursor
  }
}

/** Replaces each byte of the secrets in a text of bytes by a star, also where secrets overlap. */
function mask(log: string, secrets: readonly string[]): string {
  const chars = [...log]
  for (const secret of secrets.map((value) => Buffer.from(value).toString('latin1')))
    for (let at = log.indexOf(secret); at >= 0; at = log.indexOf(secret, at + 1))
      chars.fill('*', at, at + secret.length)
  return chars.join('')
}

const pageSizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array).toString('latin1'))

describe.each([['disk', openDisk]])('a log store (%s)', (_, openNew) => {
  const openPlace = openPlaces(openNew)

  /** Returns a place with an attempt whose log has the given bytes, one per character. */
  const openLog = (text: string, received: readonly string[] = []): [Place, AttemptRef] => {
    const place = openPlace()
    const attempt = newAttempt()
    place.launch(attempt, received)
    place.append(attempt, Buffer.from(text, 'latin1'))
    return [place, attempt]
  }

  describe('read', () => {
    it.each([[{}], [{ cursor: 0 }], [{ cursor: 99 }], [{ tailLines: 5 }], [{ since: 1 }]])(
      'A log that does not exist is empty when it is read from %j',
      async (from) => {
        expect(await openPlace().logs.read(newAttempt(), from, LIMIT)).toEqual({ bytes: new Uint8Array(), cursor: 0 })
      },
    )

    it('A page has the bytes from its cursor on, at most the limit, and the cursor of the byte after them', async () => {
      const [place, attempt] = openLog('0123456789')
      const page = async (from: LogStart, limit: number) => {
        const { bytes: found, ...rest } = await place.logs.read(attempt, from, limit)
        return [Buffer.from(found).toString(), rest]
      }
      expect(await page({}, LIMIT)).toEqual(['0123456789', { cursor: 10 }])
      expect(await page({ cursor: 0 }, 4)).toEqual(['0123', { cursor: 4 }])
      expect(await page({ cursor: 4 }, 4)).toEqual(['4567', { cursor: 8 }])
      expect(await page({ cursor: 8 }, 4)).toEqual(['89', { cursor: 10 }])
      expect(await page({ cursor: 10 }, 4)).toEqual(['', { cursor: 10 }])
      expect(await page({ cursor: 99 }, 4)).toEqual(['', { cursor: 10 }])
      expect(await page({ cursor: 3 }, 0)).toEqual(['', { cursor: 3 }])
      expect(await page({ tailLines: 0 }, 0)).toEqual(['', { cursor: 10 }])
    })

    it('Of cursor, lines and time, the first that is set decides where a page begins', async () => {
      const [place, attempt] = openLog('one\n')
      place.noteTime(attempt, 100)
      place.append(attempt, 'two\nthree\n')
      expect(await read(place, attempt, { cursor: 1, tailLines: 1, since: 100 })).toBe('ne\ntwo\nthree\n')
      expect(await read(place, attempt, { tailLines: 1, since: 100 })).toBe('three\n')
      expect(await read(place, attempt, { since: 100 })).toBe('two\nthree\n')
    })

    it('Pages of any sizes join to the whole log, whatever bytes it has', async () => {
      const [place, attempt] = openLog('')
      let whole = ''
      await fc.assert(
        fc.asyncProperty(bytes, pageSizes, async (more, sizes) => {
          place.append(attempt, Buffer.from(more, 'latin1'))
          whole += more
          expect(await readInPages(place, attempt, sizes)).toBe(whole)
        }),
        { numRuns: 20, endOnFailure: true },
      )
    })

    it('A reader that continues at its cursor receives each byte of a growing log once', async () => {
      const [place, attempt] = openLog('')
      let [whole, seen, cursor] = ['', '', 0]
      await fc.assert(
        fc.asyncProperty(bytes, fc.integer({ min: 0, max: 200 }), async (more, limit) => {
          place.append(attempt, Buffer.from(more, 'latin1'))
          whole += more
          const page = await place.logs.read(attempt, { cursor }, limit)
          seen += textOf(page)
          cursor = page.cursor
          expect([seen, cursor]).toEqual([whole.slice(0, cursor), seen.length])
          expect(page.bytes.length).toBe(Math.min(limit, whole.length - seen.length + page.bytes.length))
        }),
        { numRuns: 100, endOnFailure: true },
      )
      seen += await read(place, attempt, { cursor })
      expect(seen).toBe(whole)
    })

    it('A byte keeps its offset while the log grows', async () => {
      const [place, attempt] = openLog('first\n')
      const { cursor } = await place.logs.read(attempt, {}, LIMIT)
      place.append(attempt, 'second\n')
      expect(await read(place, attempt, { cursor })).toBe('second\n')
      place.append(attempt, 'third\n')
      expect(await read(place, attempt, { cursor }, 7)).toBe('second\n')
    })

    it('Two attempts have logs of their own, also those of one name in two databases', async () => {
      const place = openPlace()
      const attempts = [newAttempt(1), newAttempt(2), newAttempt(1)]
      for (const attempt of attempts) place.launch(attempt)
      for (const attempt of attempts) place.append(attempt, attempt.id)
      for (const attempt of attempts) expect(await read(place, attempt)).toBe(attempt.id)
    })

    it('The log of an attempt that was never launched is empty where another database has its name', async () => {
      const [place] = openLog('of the other database')
      expect(await read(place, newAttempt())).toBe('')
    })
  })

  describe('read of the last lines', () => {
    it.each([
      ['a\nb\nc\n', 0, ''],
      ['a\nb\nc\n', 1, 'c\n'],
      ['a\nb\nc\n', 2, 'b\nc\n'],
      ['a\nb\nc\n', 3, 'a\nb\nc\n'],
      ['a\nb\nc\n', 99, 'a\nb\nc\n'],
      ['a\nb\nc', 1, 'c'],
      ['a\nb\nc', 2, 'b\nc'],
      ['\n\n\n', 2, '\n\n'],
      ['a\r\nb\r\n', 1, 'b\r\n'],
      ['', 3, ''],
      ['no end', 3, 'no end'],
    ])('The log %j has the last %d lines %j', async (log, tailLines, expected) => {
      const [place, attempt] = openLog(log)
      const page = await place.logs.read(attempt, { tailLines }, LIMIT)
      expect([textOf(page), page.cursor]).toEqual([expected, log.length])
    })

    it('The last lines end at the end of the log and have at most the limit of bytes', async () => {
      const lengths = fc.array(fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 60_000, max: 70_000 })), {
        maxLength: 8,
      })
      const limits = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 500_000 }))
      await fc.assert(
        fc.asyncProperty(lengths, fc.integer({ min: 0, max: 9 }), limits, async (lines, tailLines, limit) => {
          const log = lines.map((length, index) => `${String(index).repeat(length)}\n`)
          const [place, attempt] = openLog(log.join(''))
          const expected = tailLines === 0 ? '' : log.slice(-tailLines).join('').slice(-limit)
          const page = await place.logs.read(attempt, { tailLines }, limit)
          expect(textOf(page) === expected, `${textOf(page).length} of ${expected.length} bytes`).toBe(true)
          expect(page.cursor).toBe(log.join('').length)
        }),
        { numRuns: 60 },
      )
    })
  })

  describe('read since a time', () => {
    it('A page begins with the output after the last length that was noted until a time', async () => {
      const [place, attempt] = openLog('')
      for (const [time, line] of [
        [100, 'a\n'],
        [200, 'b\n'],
        [300, 'c\n'],
      ] as const) {
        place.append(attempt, line)
        place.noteTime(attempt, time)
      }
      place.append(attempt, 'd\n')
      const since = async (time: number) => await read(place, attempt, { since: time })
      expect([await since(0), await since(99)]).toEqual(['a\nb\nc\nd\n', 'a\nb\nc\nd\n'])
      expect([await since(100), await since(199)]).toEqual(['b\nc\nd\n', 'b\nc\nd\n'])
      expect([await since(200), await since(300), await since(9_999)]).toEqual(['c\nd\n', 'd\n', 'd\n'])
      expect(await read(place, attempt, { since: 100 }, 3)).toBe('b\nc')
    })

    it('A log whose length was never noted is read from its beginning', async () => {
      const [place, attempt] = openLog('a\n')
      expect(await read(place, attempt, { since: Date.now() + 1_000 })).toBe('a\n')
    })

    it('Times at which the log had not grown change nothing', async () => {
      const [place, attempt] = openLog('a\n')
      for (const time of [100, 200, 300]) place.noteTime(attempt, time)
      place.append(attempt, 'b\n')
      expect(await read(place, attempt, { since: 150 })).toBe('b\n')
    })
  })

  describe('secrets', () => {
    const SECRETS = ['tok3n-of-the-machine', 'pässwörd', 'k3y!']

    /** Texts with secrets, parts of secrets and other characters between them. */
    const texts = fc
      .array(
        fc.oneof(
          fc.constantFrom(...SECRETS),
          fc.constantFrom(...SECRETS).chain((one) => fc.nat(one.length).map((length) => one.slice(0, length))),
          fc.constantFrom(...SECRETS).chain((one) => fc.nat(one.length).map((length) => one.slice(length))),
          fc.string({ maxLength: 12 }),
          fc.constant('\n'),
        ),
        { maxLength: 9 },
      )
      .map((parts) => Buffer.from(parts.join('')).toString('latin1'))

    const [machine, ...received] = SECRETS as [string, ...string[]]

    it('Secrets are masked by as many stars as they have bytes, across the borders of pages of any sizes', async () => {
      await fc.assert(
        fc.asyncProperty(texts, pageSizes, async (text, sizes) => {
          const [place, attempt] = openLog(text, received)
          place.storeSecret(machine)
          expect(await read(place, attempt)).toBe(mask(text, SECRETS))
          expect(await readInPages(place, attempt, sizes)).toBe(mask(text, SECRETS))
        }),
        { numRuns: 30 },
      )
    })

    it('Secrets that overlap each other and themselves are masked whole on pages of any sizes', async () => {
      const secrets = fc.array(fc.stringMatching(/^[ab]{4,7}$/), { minLength: 1, maxLength: 3 })
      await fc.assert(
        fc.asyncProperty(fc.stringMatching(/^[abc]{0,60}$/), secrets, pageSizes, async (text, values, sizes) => {
          const [place, attempt] = openLog(text, values)
          const masked = mask(text, values)
          expect(await readInPages(place, attempt, sizes)).toBe(masked)
          await place.logs.removeSecrets(attempt)
          expect(await read(place, attempt)).toBe(masked)
        }),
        { numRuns: 30 },
      )
    })

    it('A page that begins and ends inside a secret shows no part of it', async () => {
      const [place, attempt] = openLog('<tok3n-of-the-machine>')
      place.storeSecret('tok3n-of-the-machine')
      for (let cursor = 1; cursor < 20; cursor += 1)
        for (let limit = 1; cursor + limit <= 21; limit += 1)
          expect(await read(place, attempt, { cursor }, limit)).toBe('*'.repeat(limit))
      expect(await read(place, attempt, { tailLines: 1 }, 3)).toBe('**>')
    })

    it('A secret that contains another one is masked whole, and each line of a secret is masked by itself', async () => {
      const [place, attempt] = openLog('<inner> <the-inner-one> <first line>\n<second line>\n', [
        'inner',
        'the-inner-one',
      ])
      place.storeSecret('first line\nsecond line\n')
      expect(await read(place, attempt)).toBe(`<*****> <${'*'.repeat(13)}> <${'*'.repeat(10)}>\n<${'*'.repeat(11)}>\n`)
    })

    it('A secret is masked in the logs of attempts that did not receive it, while the machine has it', async () => {
      const [place, attempt] = openLog('the s3cret\n')
      expect(await read(place, attempt)).toBe('the s3cret\n')
      place.storeSecret('s3cret')
      expect(await read(place, attempt)).toBe('the ******\n')
    })

    it('A secret that the attempt received stays masked where the machine no longer has it', async () => {
      const [place, attempt] = openLog('the s3cret\n', ['s3cret'])
      place.storeSecret('s3cret')
      place.removeMachineSecrets()
      expect(await read(place, attempt)).toBe('the ******\n')
    })

    it('No page shows a part of a secret that begins as it ends', async () => {
      const [place, attempt] = openLog('abcabcabcabc', ['abcabc'])
      for (let cursor = 0; cursor < 12; cursor += 1)
        expect([cursor, await read(place, attempt, { cursor })]).toEqual([cursor, '*'.repeat(12 - cursor)])
    })

    it('Two secrets of which one begins inside the other are masked whole', async () => {
      const [place, attempt] = openLog('<long-password-token>', ['long-password', 'password-token'])
      expect(await read(place, attempt)).toBe(`<${'*'.repeat(19)}>`)
    })

    it('Removed secrets stay masked without the values, and all other bytes stay', async () => {
      await fc.assert(
        fc.asyncProperty(texts, async (text) => {
          const [place, attempt] = openLog(text, received)
          place.storeSecret(machine)
          for (let time = 0; time < 2; time += 1) {
            await place.logs.removeSecrets(attempt)
            place.removeMachineSecrets()
            expect(await read(place, attempt)).toBe(mask(text, SECRETS))
          }
        }),
        { numRuns: 40 },
      )
    })

    it('Secrets are removed at every place of a large log', async () => {
      const secret = 'tok3n-of-the-machine'
      const size = 2 ** 20
      const parts = ['x'.repeat(size - 10), 'y'.repeat(size - 40), 'z'.repeat(size - 20), 'w'.repeat(999), '']
      const [place, attempt] = openLog(parts.join(secret), [secret])
      await place.logs.removeSecrets(attempt)
      const found = await readInPages(place, attempt, [LIMIT])
      expect(found.includes('tok3n')).toBe(false)
      expect(found === parts.join('*'.repeat(secret.length))).toBe(true)
    })

    it('Secrets that are removed from a missing log, or of a log without any, change nothing', async () => {
      const [place, attempt] = openLog('plain\n')
      await place.logs.removeSecrets(newAttempt(2))
      place.storeSecret('s3cret')
      await place.logs.removeSecrets(newAttempt(3))
      await place.logs.removeSecrets(attempt)
      expect(await read(place, attempt)).toBe('plain\n')
    })
  })

  describe('a cut log', () => {
    const line = (index: number): string => `line ${String(index).padStart(8, '0')}\n`
    const lines = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_unused, index) => line(from + index)).join('')
    const LINES = 20_000

    /** Opens a log of 280 kB whose middle is cut out. */
    const openCut = async (secrets: readonly string[] = [], edit = (text: string) => text) => {
      const whole = edit(lines(0, LINES))
      const [place, attempt] = openLog(whole, secrets)
      await place.limit(attempt)
      const { cut } = await place.logs.read(attempt, {}, 1)
      return { whole, place, attempt, cut: cut! }
    }

    it('A log below its limit is not cut', async () => {
      const [place, attempt] = openLog(lines(0, 100))
      await place.limit(attempt)
      expect(await place.logs.read(attempt, {}, LIMIT)).toEqual({
        bytes: expect.anything(),
        cursor: lines(0, 100).length,
      })
      expect(await read(place, attempt)).toBe(lines(0, 100))
    })

    it('Pages of a cut log report the cut and join to its beginning, a note, and its end', async () => {
      const { whole, place, attempt, cut } = await openCut()
      const size = whole.length
      for (const from of [{}, { cursor: 0 }, { cursor: cut.from }, { cursor: cut.to }, { tailLines: 1 }, { since: 5 }])
        expect((await place.logs.read(attempt, from, 10)).cut).toEqual(cut)

      const end = whole.slice(cut.to)
      for (const sizes of [[LIMIT], [4_096], [30_000, 1, 777]]) {
        const found = await readInPages(place, attempt, sizes)
        const note = found.indexOf('\n[hagane]')
        expect(found.slice(0, note)).toBe(whole.slice(0, note))
        expect(found.slice(cut.from) === end).toBe(true)
        expect(Buffer.from(found.slice(note, cut.from), 'latin1').toString()).toContain('HAGANE_LOG_LIMIT_MIB')
      }
      expect(cut.to - cut.from).toBeGreaterThan(size - 1.2 * LOG_LIMIT)
    })

    it('A page does not reach over the cut, and a cursor inside the cut reads from behind it', async () => {
      const { whole, place, attempt, cut } = await openCut()
      expect(await place.logs.read(attempt, { cursor: cut.from - 10 }, LIMIT)).toMatchObject({ cursor: cut.from, cut })
      for (const cursor of [cut.from, cut.from + 1, cut.to - 1, cut.to])
        expect(await place.logs.read(attempt, { cursor }, 14)).toEqual({
          bytes: Buffer.from(whole.slice(cut.to, cut.to + 14)),
          cursor: cut.to + 14,
          cut,
        })
    })

    it('Bytes behind a cut keep their offsets, also when a longer log is cut again', async () => {
      const { whole, place, attempt, cut } = await openCut()
      place.append(attempt, lines(LINES, LINES * 2))
      await place.limit(attempt)
      const longer = whole + lines(LINES, LINES * 2)
      const { cut: second } = await place.logs.read(attempt, {}, 1)
      expect([second!.from, second!.to > cut.to]).toEqual([cut.from, true])
      expect(await read(place, attempt, { cursor: second!.to })).toBe(longer.slice(second!.to))
      expect(await read(place, attempt, { cursor: cut.to }, 14)).toBe(longer.slice(second!.to, second!.to + 14))
      expect((await readInPages(place, attempt, [9_999])).length).toBe(cut.from + longer.length - second!.to)
    })

    it('The last lines of a cut log are those behind the cut', async () => {
      const { whole, place, attempt, cut } = await openCut()
      expect(await read(place, attempt, { tailLines: 3 })).toBe(lines(LINES - 3, LINES))
      const end = whole.slice(cut.to)
      expect(await read(place, attempt, { tailLines: end.split('\n').length - 1 })).toBe(end)
    })

    it('Output since a time in the cut begins behind it', async () => {
      const place = openPlace()
      const attempt = newAttempt()
      place.launch(attempt)
      for (let part = 0; part < 10; part += 1) {
        place.append(attempt, lines(part * 2_000, (part + 1) * 2_000))
        place.noteTime(attempt, part)
      }
      await place.limit(attempt)
      const { cut } = await place.logs.read(attempt, {}, 1)
      expect(await read(place, attempt, { since: 4 })).toBe(lines(0, LINES).slice(cut!.to))
      expect(await read(place, attempt, { since: 8 })).toBe(lines(18_000, LINES))
    })

    it('Secrets of a cut log are masked and removed before and behind the cut', async () => {
      const secrets = ['line 00000007', 'line 00019993']
      const { whole, place, attempt, cut } = await openCut(secrets)
      const end = mask(whole, secrets).slice(cut.to)
      const check = async (): Promise<void> => {
        const found = await readInPages(place, attempt, [5_000, 3])
        expect(found.slice(0, 300)).toBe(mask(whole, secrets).slice(0, 300))
        expect(found.slice(cut.from) === end).toBe(true)
      }
      await check()
      await place.logs.removeSecrets(attempt)
      await check()
    })

    it('Secrets are removed behind a cut of several megabytes', async () => {
      const secret = 'tok3n-of-the-machine\n'
      const text = secret + lines(0, 300_000) + secret + lines(0, 100) + secret
      const [place, attempt] = openLog(text, [secret.trim()])
      await place.limit(attempt)
      const { cut } = await place.logs.read(attempt, {}, 1)
      expect(cut!.to - cut!.from).toBeGreaterThan(3 * 2 ** 20)
      await place.logs.removeSecrets(attempt)
      expect(await readInPages(place, attempt, [LIMIT])).not.toContain('tok3n')
      expect(await read(place, attempt, { cursor: cut!.to })).toBe(mask(text, [secret.trim()]).slice(cut!.to))
    })
  })

  describe('a log that is kept', () => {
    const settle = () => new Promise((resolve) => setImmediate(resolve))
    const pass = async ({ clock }: Place, untilMs: number): Promise<void> => {
      while (clock.fireNext(untilMs)) await settle()
    }

    it('The middle of a growing log is cut while its attempt runs', async () => {
      const [place, attempt] = openLog('')
      place.logs.keep(attempt)
      place.append(attempt, 'a line of a log\n'.repeat(10_000))
      await vi.waitFor(async () => {
        await pass(place, place.clock.now() + 5_000)
        expect((await place.logs.read(attempt, {}, 1)).cut).toBeDefined()
      })
    })

    it('A log is read since a time that passed while its attempt ran', async () => {
      const [place, attempt] = openLog('first\n')
      place.logs.keep(attempt)
      await pass(place, 60_000)
      place.append(attempt, 'second\n')
      await pass(place, 120_000)
      place.append(attempt, 'third\n')
      expect(await read(place, attempt, { since: 60_000 })).toBe('second\nthird\n')
      expect(await read(place, attempt, { since: 120_000 })).toBe('third\n')
    })

    it('A closed log is within its limit and is no longer looked after', async () => {
      const [place, attempt] = openLog('a line of a log\n'.repeat(10_000))
      place.logs.keep(attempt)
      await place.logs.close(attempt)
      expect((await place.logs.read(attempt, {}, 1)).cut).toBeDefined()
      await pass(place, 60_000)
      place.append(attempt, 'late\n')
      await pass(place, 120_000)
      expect(await read(place, attempt, { since: 119_000 })).not.toBe('')
      expect(place.clock.fireNext()).toBe(false)
    })
  })

  describe('a removed log', () => {
    it('A removed log is empty, and can be removed again', async () => {
      const [place, attempt] = openLog('one\n', ['s3cret'])
      place.noteTime(attempt, 5)
      for (let time = 0; time < 2; time += 1) {
        await place.logs.remove(attempt)
        expect(await place.logs.read(attempt, {}, LIMIT)).toEqual({ bytes: new Uint8Array(), cursor: 0 })
      }
    })

    it('A log stays when the log of an attempt with the same name in another database is removed', async () => {
      const [place, attempt] = openLog('one\n')
      await place.logs.remove(newAttempt())
      expect(await read(place, attempt)).toBe('one\n')
    })
  })
})
