import { randomUUID } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { LIMITS } from '../../src/contract/limits.ts'
import type { AccessTokenView, CreatedTokenView } from '../../src/contract/access-token.ts'
import type { ActivityView } from '../../src/contract/events.ts'
import type { ProjectView, SavedViewView } from '../../src/contract/project.ts'
import type { CheckView } from '../../src/contract/routes/submissions.ts'
import type { EventView } from '../../src/contract/routes/events.ts'
import type { RunPageView } from '../../src/contract/routes/runs.ts'
import type { RunDetailView } from '../../src/contract/run.ts'
import type { SweepView } from '../../src/contract/sweep.ts'
import { startTestServer, waitUntil } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ env: { HAGANE_TRASH_DAYS: '30' } })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

const getRun = async (number: number): Promise<RunDetailView> =>
  (await server.call<RunDetailView>('GET', `/runs/${number}`)).body
const getSweep = async (number: number): Promise<SweepView> =>
  (await server.call<SweepView>('GET', `/sweeps/${number}`)).body
const post = async <T = { number: number }>(path: string, body: unknown = {}) =>
  await server.call<T>('POST', path, body)
const logOf = async (run: number, attempt?: number): Promise<string> =>
  (await server.call<string>('GET', `/runs/${run}/logs${attempt === undefined ? '' : `?attempt=${attempt}`}`)).body
const waitForPhase = (number: number, ...phases: string[]) =>
  waitUntil(async () => phases.includes((await getRun(number)).phase))

// Counts on from its checkpoint to `waitUntil`. Prints where it began.
const COUNTER = `
version: 1
kind: experiment
params: {until: 1000, word: first}
run:
  cmd:
    - mkdir -p $HAGANE_CHECKPOINT_DIR
    - 'n=$(cat $HAGANE_CHECKPOINT_DIR/n 2>/dev/null || echo 0); echo "from $n resumed=$HAGANE_RESUMED word={{ word }}"; while [ $n -lt {{ until }} ]; do n=$((n+1)); echo $n > $HAGANE_CHECKPOINT_DIR/n; sleep 0.05; done'
    - echo {{ word }} >> $HAGANE_OUTPUTS/words
`

describe('a run', () => {
  it('A paused run has not ended, and a resume continues it from its checkpoint in a new attempt', async () => {
    const { number } = await server.submit(COUNTER)
    await waitForPhase(number, 'running')
    await waitUntil(async () => (await logOf(number)).includes('from 0'))
    await new Promise((resolve) => setTimeout(resolve, 300))

    expect((await post(`/runs/${number}/pause`)).body).toEqual({ changed: 1 })
    await waitForPhase(number, 'paused')
    expect(await getRun(number)).toMatchObject({
      phase: 'paused',
      endedAt: null,
      attempts: [{ n: 1, state: 'ended', reason: 'Paused' }],
    })
    expect((await post(`/runs/${number}/pause`)).body).toEqual({ changed: 0 })

    await server.kill()
    await server.start()
    expect((await getRun(number)).phase).toBe('paused')

    expect((await post(`/runs/${number}/resume`)).body).toMatchObject({ kind: 'run', number })
    await waitUntil(async () => /from [1-9]\d* resumed=1/.test(await logOf(number, 2)))
    await post(`/runs/${number}/stop`)
    await waitForPhase(number, 'stopped')
    expect((await post<{ error: { code: string } }>(`/runs/${number}/pause`)).body.error.code).toBe('conflict')
  })

  it('A paused run can be stopped, and a queued run can be paused', async () => {
    const { number } = await server.submit(
      'version: 1\nkind: experiment\nenvironment: {resources: {cpu: {requests: 100000}}}\nrun: {cmd: sleep 60}',
    )

    await post(`/runs/${number}/pause`)
    await waitForPhase(number, 'paused')
    await post(`/runs/${number}/resume`)
    await waitForPhase(number, 'queued')
    await post(`/runs/${number}/pause`)
    await waitForPhase(number, 'paused')

    await post(`/runs/${number}/stop`)
    await waitForPhase(number, 'stopped')
    expect((await getRun(number)).attempts).toEqual([])
  })

  it('A run that has ended can be restarted, copied or resumed from its document', async () => {
    const { number } = await server.submit(COUNTER.replace('until: 1000', 'until: 2'))
    await waitForPhase(number, 'succeeded')

    const restarted = (await post(`/runs/${number}/restart`, { params: { word: 'second' }, name: 'again' })).body.number
    await waitForPhase(restarted, 'succeeded')
    expect(await getRun(restarted)).toMatchObject({
      name: 'again',
      params: { word: 'second', until: 2 },
      origin: { kind: 'restarts', run: number },
    })
    expect(await logOf(restarted)).toContain('from 0 resumed= word=second')

    const copied = (await post(`/runs/${number}/copy`, { params: { word: 'third' } })).body.number
    await waitForPhase(copied, 'succeeded')
    expect(await readOutput(copied, 'words')).toBe('first\nthird\n')
    expect(await readOutput(number, 'words')).toBe('first\n')

    const resumed = (await post(`/runs/${number}/resume`, { params: { word: 'fourth', until: '4' } })).body.number
    await waitForPhase(resumed, 'succeeded')
    expect(await logOf(resumed)).toContain('from 2 resumed=1 word=fourth')
    expect(await readOutput(resumed, 'words')).toBe('first\nfourth\n')
    expect(await readOutput(number, 'words')).toBe('first\nfourth\n')
    expect((await getRun(resumed)).origin).toEqual({ kind: 'resumes', run: number })

    const merged = (
      await post(`/runs/${number}/restart`, {
        sources: [{ file: 'more.yml', text: 'params: {word: merged}\nenvironment: {max_restarts: 1}\n' }],
      })
    ).body.number
    await waitForPhase(merged, 'succeeded')
    expect((await getRun(merged)).params).toMatchObject({ word: 'merged', until: 2 })

    const document = (await server.call<{ sources: { text: string }[] }>('GET', `/runs/${merged}/document`)).body
    expect(document.sources[0]!.text).toBe(COUNTER.replace('until: 1000', 'until: 2'))

    const bad = await post<{ error: { code: string; problems: unknown[] } }>(`/runs/${number}/restart`, {
      sources: [{ file: 'x.yml', text: 'runn: {}' }],
    })
    expect([bad.status, bad.body.error.code, bad.body.error.problems.length]).toEqual([422, 'invalid_document', 1])
  })

  it('A copied run can be resumed after the run that it was copied from was removed', async () => {
    const { number } = await server.submit(COUNTER.replace('until: 1000', 'until: 2'))
    await waitForPhase(number, 'succeeded')
    const copy = (await post(`/runs/${number}/copy`, { params: { until: '1000' } })).body.number
    await waitUntil(async () => (await logOf(copy)).includes('from'))
    await post(`/runs/${copy}/pause`)
    await waitForPhase(copy, 'paused')

    await server.call('DELETE', `/runs/${number}`)
    await post('/trash/empty')
    await waitUntil(async () => (await server.call('GET', `/runs/${number}`)).status === 404)

    await post(`/runs/${copy}/resume`)
    await waitUntil(async () => (await logOf(copy, 2)).includes('resumed=1'))
    await post(`/runs/${copy}/stop`)
    await waitForPhase(copy, 'stopped')
  })

  it('A run that is stopped before its launch was recorded stops at once and not only at the next resync', async () => {
    await using place = await startTestServer({ isStartedLater: true })
    await place.start({
      NODE_OPTIONS: `--import ${join(import.meta.dirname, '../support/fault-points.ts')}`,
      HAGANE_TEST_FAULT: 'launched.before',
    })
    const dies = place.waitForEnd()
    const { number } = await place.submit('version: 1\nkind: experiment\nrun: {cmd: "sleep 600"}')
    expect(await dies).toBe('SIGKILL')

    using database = new DatabaseSync(join(place.dataDir, 'hagane.db'))
    database.exec("update run set stop_cause = 'user', version = version + 1")
    await place.start()
    const phase = async () => (await place.call<RunDetailView>('GET', `/runs/${number}`)).body.phase
    await waitUntil(async () => (await phase()) === 'stopped', LIMITS.resyncMs / 2)
  })

  it('A run starts behind more queued trials of a paused sweep than one admission examines', async () => {
    await using place = await startTestServer({ env: { HAGANE_CONCURRENCY: '2' } })

    const count = LIMITS.admitWindowMax + 100
    const { number } = await place.submit(
      `version: 1\nkind: group\nhptuning: {concurrency: ${count}, matrix: {a: {range: [0, ${count}, 1]}}}\nrun: {cmd: "sleep 600"}`,
    )
    const sweep = async () => (await place.call<SweepView>('GET', `/sweeps/${number}`)).body
    await waitUntil(async () => (await sweep()).counts.running === 2 && (await sweep()).counts.queued === count - 2)

    await place.call('POST', `/sweeps/${number}/pause`, { keepRunning: true })
    const { runs } = (await place.call<RunPageView>('GET', `/runs?sweep=${number}&filter=phase=running`)).body
    for (const run of runs) await place.call('POST', `/runs/${run.number}/stop`)

    const later = (await place.submit('version: 1\nkind: experiment\nrun: {cmd: "true"}')).number
    await waitUntil(async () => (await place.call<RunDetailView>('GET', `/runs/${later}`)).body.phase === 'succeeded')
    expect((await sweep()).counts.queued).toBe(count - 2)
  })

  it.each(['echo x >', 'ln -s nowhere', 'mkfifo'])(
    'A run that replaced its outputs folder (%s) can be copied and resumed, and its next attempt fails with the reason',
    { timeout: 60_000 },
    async (put) => {
      const ended = async (number: number) => {
        await waitUntil(async () => ['succeeded', 'failed'].includes((await getRun(number)).phase), 30_000)
        return await getRun(number)
      }

      const document = (rest: string) => `version: 1\nkind: experiment\n${rest}\n`
      const { number } = await server.submit(
        document(`run: {cmd: 'rm -rf "$HAGANE_OUTPUTS"; ${put} "$HAGANE_OUTPUTS"'}`),
      )
      await ended(number)
      for (const how of ['copy', 'resume']) await ended((await post(`/runs/${number}/${how}`)).body.number)

      const again = document(
        `environment: {max_restarts: 1}\nrun: {cmd: 'rm -rf "$HAGANE_OUTPUTS"; ${put} "$HAGANE_OUTPUTS"; exit 1'}`,
      )
      const restarted = await ended((await server.submit(again)).number)
      expect(restarted).toMatchObject({ phase: 'failed', message: expect.stringContaining('is no folder any more') })
      expect(restarted.attempts).toHaveLength(2)
    },
  )

  it.each(['', 'echo x > ../run', 'printf 0 > ../run', 'mkdir ../run', 'mkfifo ../run', 'ln -s / ../run'])(
    'The second attempt of a run finds the outputs of the first, whatever a script leaves beside them (%s)',
    { timeout: 60_000 },
    async (put) => {
      const script = `cd $HAGANE_OUTPUTS; [ -e first ] && exit 0; echo good > first; rm -f ../run; ${put || 'true'}; exit 1`
      const { number } = await server.submit(
        `version: 1\nkind: experiment\nenvironment: {max_restarts: 1}\nrun: {cmd: '${script}'}\n`,
      )
      await waitForPhase(number, 'succeeded')
      expect(await readOutput(number, 'first')).toBe('good\n')

      await server.call('DELETE', `/runs/${number}`)
      await post('/trash/empty')
      await waitUntil(async () => (await server.call('GET', `/runs/${number}`)).status === 404)
      expect(existsSync(join(server.dataDir, 'runs', String(number)))).toBe(false)
    },
  )

  it.each([
    ['this version', () => {}],
    [
      'version 0.1.0, which noted no owner',
      (number: number) => rmSync(join(server.dataDir, 'runs', String(number), 'run')),
    ],
  ])(
    'A run made by %s can be resumed repeatedly with all its files, also after the first run was removed',
    { timeout: 60_000 },
    async (_, makeOld) => {
      const foldersOf = (numbers: readonly number[]): string[] =>
        readdirSync(join(server.dataDir, 'runs')).filter((name) =>
          numbers.some((number) => name.split('.')[0] === String(number)),
        )

      const removeForGood = async (numbers: readonly number[]): Promise<void> => {
        for (const number of numbers) await server.call('DELETE', `/runs/${number}`)
        await post('/trash/empty')
        for (const number of numbers)
          await waitUntil(async () => (await server.call('GET', `/runs/${number}`)).status === 404)
      }

      const { number } = await server.submit(
        'version: 1\nkind: experiment\nrun: {cmd: "ls $HAGANE_OUTPUTS; echo x > $HAGANE_OUTPUTS/f$HAGANE_RUN"}\n',
      )
      await waitForPhase(number, 'succeeded')
      makeOld(number)
      const all = [number]

      const resume = async (): Promise<string[]> => {
        const made = (await post(`/runs/${all.at(-1)}/resume`)).body.number
        all.push(made)
        await waitForPhase(made, 'succeeded')
        return (await logOf(made)).split('\n').filter(Boolean)
      }

      const files = (): string[] => all.map((one) => `f${one}`).toSorted()
      let before = files()
      expect(await resume()).toEqual(before)

      await removeForGood([number])
      for (let times = 0; times < 2; times += 1) {
        before = files()
        expect(await resume()).toEqual(before)
      }
      expect(foldersOf(all).toSorted()).toEqual(all.map(String).toSorted())

      await removeForGood(all.slice(1))
      await waitUntil(async () => foldersOf(all).length === 0)
    },
  )

  it(
    'A run that was deleted while it ran is removed soon after its end, once the trash was emptied',
    { timeout: 60_000 },
    async () => {
      for (const leaves of ['true', 'echo x > $HAGANE_OUTPUTS/x']) {
        const { number } = await server.submit(
          `version: 1\nkind: experiment\nrun: {cmd: "${leaves}; trap 'sleep 2; exit 0' TERM; while :; do sleep 0.1; done"}\n`,
        )
        await waitForPhase(number, 'running')
        await server.call('DELETE', `/runs/${number}`)
        await post('/trash/empty')
        await waitUntil(async () => (await server.call('GET', `/runs/${number}`)).status === 404, 20_000)
      }
    },
  )

  it('Folders that a killed server left half made or half removed are removed with their run', async () => {
    const { number } = await server.submit('version: 1\nkind: experiment\nrun: {cmd: "echo x > $HAGANE_OUTPUTS/x"}\n')
    await waitForPhase(number, 'succeeded')
    await server.call('DELETE', `/runs/${number}`)

    const places = [
      ['attempts', `hagane-${number}-1`, 'mark'],
      ['runs', String(number), 'run'],
    ] as const
    for (const [kind, name, mark] of places) {
      const path = join(server.dataDir, kind, name)
      rmSync(join(path, mark))
      renameSync(path, `${path}.gone`)
      mkdirSync(`${path}.half`)
    }

    await post('/trash/empty')
    await waitUntil(async () => (await server.call('GET', `/runs/${number}`)).status === 404)
    const left = places.flatMap(([kind, name]) =>
      readdirSync(join(server.dataDir, kind)).filter((one) => one === name || one.startsWith(`${name}.`)),
    )
    expect(left).toEqual([])
  })

  it('A link that a program put in place of the folder of its run is removed, but not its target', async () => {
    const kept = mkdtempSync(join(tmpdir(), 'hagane-kept-'))
    writeFileSync(join(kept, 'data.csv'), '1')
    const { number } = await server.submit(
      `version: 1\nkind: experiment\nrun: {cmd: "cd $HAGANE_OUTPUTS/../..; own=$(basename $(dirname $HAGANE_OUTPUTS)); rm -r $own; ln -s ${kept} $own"}\n`,
    )
    await waitForPhase(number, 'succeeded')

    await server.call('DELETE', `/runs/${number}`)
    await post('/trash/empty')
    await waitUntil(async () => (await server.call('GET', `/runs/${number}`)).status === 404)
    expect(readdirSync(kept)).toEqual(['data.csv'])
    expect(readdirSync(join(server.dataDir, 'runs'))).not.toContain(String(number))

    rmSync(kept, { recursive: true })
  })

  it('A run that cannot be started now states why, and starts once it can', { timeout: 60_000 }, async () => {
    await using fresh = await startTestServer()
    const attempts = join(fresh.dataDir, 'attempts')
    rmSync(attempts, { recursive: true, force: true })
    writeFileSync(attempts, '')
    const { number } = await fresh.submit('version: 1\nkind: experiment\nrun: {cmd: echo hi}\n')
    const view = async (): Promise<RunDetailView> => (await fresh.call<RunDetailView>('GET', `/runs/${number}`)).body

    await waitUntil(async () => /cannot be started now.*(ENOTDIR|EEXIST)/.test((await view()).waiting ?? ''))
    expect((await view()).phase).toBe('starting')

    rmSync(attempts)
    mkdirSync(attempts)
    await waitUntil(async () => (await view()).phase === 'succeeded', 40_000)
    expect((await view()).waiting).toBeNull()
  })

  it('A run with more output files than are listed has an event that says so', async () => {
    const { number } = await server.submit(
      'version: 1\nkind: experiment\nrun: {cmd: "cd $HAGANE_OUTPUTS && seq 10001 | xargs touch"}',
    )
    const cut = async () =>
      (await server.call<EventView[]>('GET', `/events?run=${number}`)).body.find(
        (event) => event.kind === 'run.listing_cut',
      )
    await waitUntil(async () => (await cut()) !== undefined)
    expect((await cut())!.data).toEqual({ listed: 10_000 })
  })

  it('A restarted trial keeps its point, and changed parameters apply to it and to a restarted sweep', async () => {
    const { number } = await server.submit(
      'version: 1\nkind: group\nparams: {b: 1}\nhptuning: {matrix: {a: {values: [5, 6]}}}\nrun: {cmd: "echo {{ a }} {{ b }}"}',
    )
    await waitUntil(async () => (await getSweep(number)).phase === 'done')
    const { runs } = (await server.call<RunPageView>('GET', `/runs?sweep=${number}&sort=number`)).body

    const again = (await post(`/runs/${runs[1]!.number}/restart`, { params: { b: '0.5' } })).body.number
    await waitForPhase(again, 'succeeded')
    expect([await logOf(again), (await getRun(again)).sweep]).toEqual(['6 0.5\n', null])

    const sweep = (await post(`/sweeps/${number}/restart`, { params: { b: '9' } })).body.number
    await waitUntil(async () => (await getSweep(sweep)).phase === 'done')
    const second = (await server.call<RunPageView>('GET', `/runs?sweep=${sweep}&filter=p.b=9`)).body
    expect(second.runs).toHaveLength(2)
  })

  it('A person can change the name, note, tags and project of a run', async () => {
    const { number } = await server.submit('version: 1\nkind: experiment\nrun: {cmd: "true"}')
    await waitForPhase(number, 'succeeded')
    await post('/projects', { name: 'other' })

    const { body } = await server.call<RunDetailView>('PATCH', `/runs/${number}`, {
      name: 'n',
      note: 'words',
      tags: ['x', 'y'],
      project: 'other',
    })
    expect(body).toMatchObject({ name: 'n', note: 'words', tags: ['x', 'y'], project: 'other' })
    expect((await server.call('PATCH', `/runs/${number}`, { phase: 'failed' })).status).toBe(400)
    expect(
      (await server.call<RunPageView>('GET', '/runs?project=other&filter=t.x')).body.runs.map((run) => run.number),
    ).toEqual([number])
  })
})

async function readOutput(run: number, path: string): Promise<string> {
  await waitUntil(async () => (await server.call<unknown[]>('GET', `/runs/${run}/artifacts`)).body.length > 0)
  return (await server.call<string>('GET', `/runs/${run}/artifacts/content?path=${path}`)).body
}

describe('a sweep', () => {
  it('A sweep can be paused and resumed, and its concurrency can change while it runs', async () => {
    const text = (cmd: string) =>
      `version: 1\nkind: group\nhptuning: {concurrency: 2, matrix: {a: {range: [0, 12, 1]}}}\nrun: {cmd: ${JSON.stringify(cmd)}}`
    const { number } = await server.submit(text('sleep 0.4'))
    await waitUntil(async () => ((await getSweep(number)).counts.running ?? 0) === 2)

    await post(`/sweeps/${number}/pause`, { keepRunning: true })
    await waitUntil(async () => ((await getSweep(number)).counts.running ?? 0) === 0)
    const { counts, isPaused } = await getSweep(number)
    expect([isPaused, counts.paused]).toEqual([true, undefined])

    const waiting = (await server.call<RunPageView>('GET', `/runs?sweep=${number}&filter=phase=queued`)).body.runs[0]!
    await waitUntil(async () => (await getRun(waiting.number)).waiting === 'its sweep is paused')

    await server.call('PATCH', `/sweeps/${number}`, { concurrency: 5, name: 'wide', tags: ['t'] })
    await post(`/sweeps/${number}/resume`)
    await waitUntil(async () => ((await getSweep(number)).counts.running ?? 0) === 5)

    await post(`/sweeps/${number}/pause`)
    await waitUntil(
      async () =>
        ((await getSweep(number)).counts.running ?? 0) + ((await getSweep(number)).counts.stopping ?? 0) === 0,
    )
    expect((await getSweep(number)).counts.paused).toBeGreaterThan(0)

    await post(`/sweeps/${number}/resume`)
    await waitUntil(async () => (await getSweep(number)).phase === 'done')
    expect(await getSweep(number)).toMatchObject({
      counts: { succeeded: 12 },
      concurrency: 5,
      name: 'wide',
      tags: ['t'],
    })
    expect((await server.call('PATCH', `/sweeps/${number}`, { concurrency: 3 })).status).toBe(409)
  })
})

describe('the trash', () => {
  it('A deleted run is stopped and hidden, can be restored, and loses its files with the trash', async () => {
    const { number } = await server.submit(
      'version: 1\nkind: experiment\nrun: {cmd: "head -c 3000000 /dev/zero > $HAGANE_OUTPUTS/big; sleep 300"}',
    )
    await waitForPhase(number, 'running')

    expect((await server.call('DELETE', `/runs/${number}`)).body).toEqual({ changed: 1 })
    await waitForPhase(number, 'stopped')

    const listed = async (query: string) =>
      (await server.call<RunPageView>('GET', `/runs?${query}`)).body.runs.map((run) => run.number)
    expect([(await listed('limit=1000')).includes(number), (await listed('trash=true')).includes(number)]).toEqual([
      false,
      true,
    ])
    expect((await post(`/runs/${number}/restore`)).body).toEqual({ changed: 1 })
    expect(await listed('limit=1000')).toContain(number)

    await waitUntil(async () => (await server.call<unknown[]>('GET', `/runs/${number}/artifacts`)).body.length === 1)
    await server.call('DELETE', `/runs/${number}`)
    const folders = [
      join(server.dataDir, 'runs', String(number)),
      join(server.dataDir, 'attempts', `hagane-${number}-1`),
    ]
    expect(folders.map((path) => existsSync(path))).toEqual([true, true])

    await post('/trash/empty')
    expect((await post(`/runs/${number}/restore`)).status).not.toBe(200)
    await waitUntil(async () => (await server.call('GET', `/runs/${number}`)).status === 404)
    expect(folders.map((path) => existsSync(path))).toEqual([false, false])
  })

  it('Emptying the trash makes the database file smaller', async () => {
    const script = { id: randomUUID(), kind: 'experiment' }
    const { body } = await post<{ number: number }>('/runs', script)

    const record = (step: number) => ({
      k: 'm',
      s: step,
      t: 1,
      v: Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`metric-${index}`, step])),
    })

    for (let batch = 0; batch < 40; batch += 1)
      await post(`/runs/${script.id}/batches`, {
        writer: '00000000-0000-4000-8000-000000000001',
        attempt: 1,
        first: batch * 100 + 1,
        records: Array.from({ length: 100 }, (_, index) => record(batch * 100 + index)),
      })

    await post(`/runs/${body.number}/stop`)
    await waitForPhase(body.number, 'stopped')

    const size = () => statSync(join(server.dataDir, 'hagane.db')).size
    await server.call('DELETE', `/runs/${body.number}`)
    // Written pages are in the WAL file until a checkpoint, which a restart makes.
    await server.kill()
    await server.start()
    const before = size()

    await post('/trash/empty')
    await waitUntil(async () => (await server.call('GET', `/runs/${body.number}`)).status === 404)

    // The kill may interrupt the return of space. The next start continues it, and the start after that shows the size.
    const isSmaller = async (): Promise<boolean> => {
      await server.kill()
      await server.start()
      return size() < before - 1_000_000
    }

    await waitUntil(isSmaller)
  })

  it('Outputs that a resumed run still uses are kept when the first run is removed', async () => {
    const { number } = await server.submit('version: 1\nkind: experiment\nrun: {cmd: "echo a >> $HAGANE_OUTPUTS/a"}')
    await waitForPhase(number, 'succeeded')
    const resumed = (await post(`/runs/${number}/resume`)).body.number
    await waitForPhase(resumed, 'succeeded')

    await server.call('DELETE', `/runs/${number}`)
    await post('/trash/empty')
    await waitUntil(async () => (await server.call('GET', `/runs/${number}`)).status === 404)
    expect(await readOutput(resumed, 'a')).toBe('a\na\n')
    expect((await getRun(resumed)).origin).toEqual({ kind: 'resumes', run: null })

    await server.call('DELETE', `/runs/${resumed}`)
    await post('/trash/empty')
    await waitUntil(async () => (await server.call('GET', `/runs/${resumed}`)).status === 404)
    expect([number, resumed].map((item) => existsSync(join(server.dataDir, 'runs', String(item))))).toEqual([
      false,
      false,
    ])
  })

  it('A deleted project is stopped and put in the trash with all its runs, and is restored with them', async () => {
    await post('/projects', { name: 'doomed' })
    const text =
      'version: 1\nkind: group\nhptuning: {concurrency: 3, matrix: {a: {range: [0, 9, 1]}}}\nrun: {cmd: sleep 300}'
    const host = { workDir: server.dataDir, python: null, path: process.env['PATH'], git: null }
    const sweep = (await post('/submissions', { sources: [{ file: 'a.yml', text }], host, project: 'doomed' })).body
      .number
    await waitUntil(async () => ((await getSweep(sweep)).counts.running ?? 0) === 3)

    await post('/projects', { name: 'elsewhere' })
    const [moved] = (await server.call<RunPageView>('GET', `/runs?sweep=${sweep}&filter=phase=running`)).body.runs
    expect(
      (
        await post<{ changed: number }>('/runs/bulk', {
          project: 'doomed',
          runs: [String(moved!.number)],
          action: 'move',
          to: 'elsewhere',
        })
      ).body.changed,
    ).toBe(1)

    const { changed } = (await server.call<{ changed: number }>('DELETE', '/projects/doomed')).body
    expect(changed).toBeGreaterThanOrEqual(3)
    expect((await server.call('GET', '/projects/doomed')).status).toBe(404)

    await waitForPhase(moved!.number, 'stopped')
    await waitUntil(async () => (await getSweep(sweep)).phase === 'stopped')
    expect((await getSweep(sweep)).counts.running).toBeUndefined()

    expect((await post<{ changed: number }>('/projects/doomed/restore')).body.changed).toBe(changed)
    expect((await server.call<ProjectView>('GET', '/projects/doomed')).body.runs).toBe(changed)

    expect((await server.call('DELETE', '/projects/default')).status).toBe(409)
    expect((await post<{ error: { message: string } }>('/projects', { name: 'doomed' })).status).toBe(409)
  })
})

describe('a project in the trash', () => {
  it('A restored project leaves in the trash what was deleted before the project was', async () => {
    await post('/projects', { name: 'partly' })
    const create = async (): Promise<number> =>
      (await post('/runs', { id: randomUUID(), kind: 'job', project: 'partly' })).body.number
    const [early, late] = [await create(), await create()]
    for (const run of [early, late]) await post(`/runs/${run}/stop`)
    await waitForPhase(late, 'stopped')

    await server.call('DELETE', `/runs/${early}`)
    await server.call('DELETE', '/projects/partly')
    await post('/projects/partly/restore')

    const numbers = async (isTrash: boolean): Promise<number[]> =>
      (await server.call<RunPageView>('GET', `/runs?project=partly${isTrash ? '&trash=true' : ''}`)).body.runs.map(
        ({ number }) => number,
      )
    expect([await numbers(true), await numbers(false)]).toEqual([[early], [late]])
  })
})

describe('bulk changes', () => {
  it('A bulk change counts its runs in a dry run, and selects them by filter or by number', async () => {
    await post('/projects', { name: 'bulk' })
    const host = { workDir: server.dataDir, python: null, path: process.env['PATH'], git: null }
    const text =
      'version: 1\nkind: group\nhptuning: {concurrency: 2, matrix: {a: {range: [0, 6, 1]}}}\nrun: {cmd: "true"}'
    const sweep = (await post('/submissions', { sources: [{ file: 'a.yml', text }], host, project: 'bulk' })).body
      .number
    await waitUntil(async () => (await getSweep(sweep)).phase === 'done')

    const bulk = async (body: object) =>
      (await post<{ matched: number; changed: number }>('/runs/bulk', { project: 'bulk', ...body })).body

    expect(await bulk({ action: 'delete', filter: 'p.a < 3', dryRun: true })).toEqual({ matched: 3, changed: 0 })
    expect(await bulk({ action: 'tag', filter: 'p.a < 3', tags: ['low'] })).toEqual({ matched: 3, changed: 3 })
    expect(await bulk({ action: 'tag', filter: 'p.a < 3', tags: ['low'] })).toEqual({ matched: 3, changed: 0 })
    expect(await bulk({ action: 'stop', filter: 'tag = low' })).toEqual({ matched: 3, changed: 0 })
    expect(await bulk({ action: 'delete', filter: 't.low' })).toEqual({ matched: 3, changed: 3 })
    expect(await bulk({ action: 'restore', filter: 't.low' })).toEqual({ matched: 3, changed: 3 })

    const { runs } = (await server.call<RunPageView>('GET', `/runs?sweep=${sweep}`)).body
    expect(await bulk({ action: 'untag', runs: runs.map((run) => String(run.number)), tags: ['low'] })).toEqual({
      matched: 6,
      changed: 3,
    })
    expect((await post('/runs/bulk', { action: 'delete' })).status).toBe(400)
    expect(
      (await post<{ error: { code: string } }>('/runs/bulk', { action: 'delete', filter: 'nonsense = 1' })).body.error
        .code,
    ).toBe('filter_field')
  })
})

describe('a project', () => {
  it('A project stores directions of metrics and saved views', async () => {
    await post('/projects', { name: 'views', description: 'd' })
    expect(
      (await server.call<ProjectView>('PUT', '/projects/views/metrics/val%2Floss', { direction: 'minimize' })).body
        .directions,
    ).toEqual({
      'val/loss': 'minimize',
    })

    const view = { filter: 'phase = failed', sort: '-created', columns: ['p.lr', 'm.loss'] }
    expect((await server.call<SavedViewView[]>('PUT', '/projects/views/views/mine', view)).body).toMatchObject([
      { name: 'mine', ...view },
    ])
    expect((await server.call('PUT', '/projects/views/views/bad', { filter: 'phase =' })).status).toBe(400)
    expect((await server.call<SavedViewView[]>('DELETE', '/projects/views/views/mine')).body).toEqual([])
    expect((await server.call<ProjectView>('PATCH', '/projects/views', { name: 'renamed' })).body.name).toBe('renamed')
    expect((await server.call('GET', '/projects/views')).status).toBe(404)
  })

  it('The first sweep that names the direction of a metric sets it for its project', async () => {
    await server.submit(
      'version: 1\nkind: group\nhptuning: {metric: {name: rmse, optimization: minimize}, matrix: {a: {values: [1]}}}\nrun: {cmd: "true"}',
    )
    expect((await server.call<ProjectView>('GET', '/projects/default')).body.directions['rmse']).toBe('minimize')
  })
})

describe('a filter', () => {
  it("A filter in Hagane's or Polyaxon's form is parsed and completed, and an unused name is reported", async () => {
    const { number } = await server.submit(
      'version: 1\nkind: experiment\nparams: {learning_rate: 0.1}\ntags: [green]\nrun: {cmd: "true"}',
    )
    await waitForPhase(number, 'succeeded')

    expect(
      (await server.call('GET', `/filter?text=${encodeURIComponent('metrics.loss:<0.1, status:running')}`)).body,
    ).toEqual({
      filter: 'm.loss < 0.1 and phase = running',
    })

    const complete = async (text: string) =>
      (
        await server.call<{ suggestions: { text: string; count: number | null }[] }>(
          'GET',
          `/filter/completions?text=${encodeURIComponent(text)}`,
        )
      ).body.suggestions

    expect(await complete('p.lear')).toEqual([{ text: 'p.learning_rate', count: 1 }])
    expect(await complete('tag = gr')).toEqual([{ text: 'green', count: 1 }])
    expect((await complete('phase = suc')).map((item) => item.text)).toEqual(['succeeded'])

    const { hints } = (
      await server.call<RunPageView>('GET', `/runs?filter=${encodeURIComponent('p.learning_rat < 1')}`)
    ).body
    expect(hints).toEqual(['p.learning_rat → p.learning_rate'])

    const wrong = await server.call<{ error: { message: string } }>(
      'GET',
      `/runs?filter=${encodeURIComponent('m.loss = high')}`,
    )
    expect([wrong.status, wrong.body.error.message]).toEqual([
      400,
      'filter, column 10: m.loss is compared with a number, not with high',
    ])
  })
})

describe('a repeated request', () => {
  const host = { workDir: '/tmp', python: null, path: '/usr/bin:/bin', git: null }

  const send = async (key: string, text: string) => {
    const response = await fetch(`${server.url}/api/v1/submissions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${server.readToken()}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify({ sources: [{ file: 'a.yml', text }], host }),
    })
    return { status: response.status, body: (await response.json()) as { number: number } }
  }

  it('Requests with one idempotency key create one run, and another body under that key is refused', async () => {
    const text = 'version: 1\nkind: experiment\nrun: {cmd: "true"}'
    const answers = await Promise.all(Array.from({ length: 20 }, () => send('key-1', text)))
    expect(new Set(answers.map((answer) => answer.body.number)).size).toBe(1)

    await server.kill()
    await server.start()
    expect((await send('key-1', text)).body.number).toBe(answers[0]!.body.number)
    expect((await send('key-1', text.replace('true', 'false'))).status).toBe(409)
    expect((await send('key-2', text)).body.number).not.toBe(answers[0]!.body.number)
    expect((await send('', text)).status).toBe(400)

    const [first, second] = await Promise.all(
      [1, 2].map(() => post<{ id: string }>('/projects', { id: '00000000-0000-4000-8000-00000000abcd', name: 'once' })),
    )
    expect(first!.body.id).toBe(second!.body.id)
    expect((await post('/projects', { id: '00000000-0000-4000-8000-00000000abcd', name: 'twice' })).status).toBe(409)
  })
})

describe('an access token', () => {
  it('An access token grants access until it is revoked, and is stored nowhere itself', async () => {
    const { body: made, status } = await post<CreatedTokenView>('/tokens', { name: ' nightly ' })
    expect([status, made.name, made.token.length]).toEqual([200, 'nightly', 68])
    expect((await server.call('GET', '/runs', undefined, made.token)).status).toBe(200)

    const listed = async () =>
      (await server.call<AccessTokenView[]>('GET', '/tokens')).body.find(({ id }) => id === made.id)
    await waitUntil(async () => (await listed())?.lastUsedAt !== null)
    expect(await listed()).toEqual({
      id: made.id,
      name: 'nightly',
      createdAt: made.createdAt,
      lastUsedAt: expect.stringMatching(/^\d{4}-/) as string,
    })
    expect(readFileSync(join(server.dataDir, 'hagane.db')).includes(made.token)).toBe(false)
    expect((await server.call('POST', '/session', { token: made.token })).status).toBe(401)

    expect((await server.call('DELETE', `/tokens/${made.id}`)).status).toBe(200)
    expect((await server.call('GET', '/runs', undefined, made.token)).status).toBe(401)
    expect((await server.call('DELETE', `/tokens/${made.id}`)).status).toBe(404)
    expect((await post('/tokens', { name: ' ' })).status).toBe(400)
  })
})

describe('a check of a document', () => {
  const check = async (text: string) =>
    (await server.call<CheckView>('POST', '/checks', { sources: [{ file: 'a.yml', text }] })).body

  it('A check of a document returns its plan, trials and commands and runs nothing', async () => {
    const text =
      'version: 1\nkind: group\nhptuning: {matrix: {x: {values: [1, 2, 3, 4]}}}\nrun: {cmd: "echo {{ x }}"}\n'
    const before = (await server.call<RunPageView>('GET', '/runs?count=true')).body.total

    const { errors, plan, trials, first } = await check(text)
    expect([errors, plan!['kind'], trials, first.map(({ command }) => command)]).toEqual([
      [],
      'group',
      4,
      ['echo 1', 'echo 2', 'echo 3', 'echo 4'],
    ])
    expect((await server.call<RunPageView>('GET', '/runs?count=true')).body.total).toBe(before)
  })

  it('A check of a wrong document returns each problem with its place and its remedy', async () => {
    const checked = await check('version: 1\nkind: experimant\nrun: {cmd: 1}\n')
    expect(checked).toMatchObject({
      plan: null,
      trials: null,
      first: [],
      errors: [{ file: 'a.yml', line: 2, remedy: expect.stringMatching(/\w/) as string }],
    })
    expect((await server.call<{ anyOf: unknown[] }>('GET', '/language')).body.anyOf.length).toBeGreaterThan(3)
  })
})

describe('the stream of events', () => {
  it('The stream of events resumes after a lost connection and a killed server without gaps or repeats', async () => {
    const all = async () => {
      const events: EventView[] = []
      for (;;) {
        const page = (await server.call<EventView[]>('GET', `/events?limit=1000&after=${events.at(-1)?.seq ?? 0}`)).body
        events.push(...page)
        if (page.length < 1000) return events.map((event) => event.seq)
      }
    }

    const start = (await all()).at(-1)!
    const seen: number[] = []

    const read = async (count: number) => {
      const ended = new AbortController()
      const response = await fetch(`${server.url}/api/v1/events/stream`, {
        headers: { authorization: `Bearer ${server.readToken()}`, 'last-event-id': String(seen.at(-1) ?? start) },
        signal: ended.signal,
      })

      let got = 0
      try {
        for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
          for (const [, id] of chunk.matchAll(/^id: (\d+)$/gm)) {
            seen.push(Number(id))
            got += 1
          }
          if (got >= count) break
        }
      } catch {
        // The server was killed while the stream was read.
      }

      ended.abort()
    }

    const submitSome = async () => {
      for (let index = 0; index < 5; index += 1) await server.submit('version: 1\nkind: experiment\nrun: {cmd: "true"}')
    }

    const reading = read(7)
    await submitSome()
    await reading
    await submitSome()

    await server.kill()
    await server.start()
    const more = read(10)
    await submitSome()
    await more

    await waitUntil(
      async () =>
        (await server.call<RunPageView>('GET', '/runs?filter=phase in (queued, starting, running)')).body.runs
          .length === 0,
    )
    await new Promise((resolve) => setTimeout(resolve, 300))

    const wanted = (await all()).filter((seq) => seq > start)
    while (seen.at(-1)! < wanted.at(-1)!) await read(1)
    expect(seen).toEqual(wanted)
    expect((await server.call('GET', '/events/stream', undefined, 'x')).status).toBe(401)
  })

  it('The stream of events also reports which runs and sweeps write points or output', async () => {
    const ended = new AbortController()
    const response = await fetch(`${server.url}/api/v1/events/stream`, {
      headers: { authorization: `Bearer ${server.readToken()}` },
      signal: ended.signal,
    })

    const activities: ActivityView[] = []
    const reading = (async () => {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream()))
        for (const [, data] of chunk.matchAll(/^event: activity\ndata: (.*)$/gm))
          activities.push(JSON.parse(data!) as ActivityView)
    })().catch(() => {})

    const { body: logging } = await server.call<{ number: number }>('POST', '/runs', {
      kind: 'experiment',
      name: 'logging',
    })
    const batch = { writer: randomUUID(), attempt: 1, first: 1, records: [{ k: 'm', s: 1, t: 1, v: { loss: 1 } }] }
    expect((await server.call('POST', `/runs/${logging.number}/batches`, batch)).status).toBe(200)

    await waitUntil(async () => activities.some(({ runs }) => runs.includes(logging.number)))

    const script = 'python -c "import time; [print(i, flush=True) or time.sleep(0.2) for i in range(50)]"'
    const sweep = await server.submit(
      `version: 1\nkind: group\nhptuning: {matrix: {x: {values: [1]}}}\nrun: {cmd: '${script}'}\n`,
    )
    await waitUntil(async () => activities.filter(({ sweeps }) => sweeps.includes(sweep.number)).length > 1, 30_000)
    await server.call('POST', `/sweeps/${sweep.number}/stop`)
    ended.abort()
    await reading
  })
})
