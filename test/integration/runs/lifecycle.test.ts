import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { describe, expect, it } from 'vitest'

import { LIMITS } from '../../../src/contract/limits.ts'
import type { EventView } from '../../../src/contract/routes/events.ts'
import type { RunPageView } from '../../../src/contract/routes/runs.ts'
import type { RunDetailView } from '../../../src/contract/run.ts'
import type { SweepView } from '../../../src/contract/sweep.ts'
import { startTestServer, waitUntil } from '../../support/server.ts'
import { useServer } from '../../support/used-server.ts'

const used = useServer()

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
    const { number } = await used.server.submit(COUNTER)
    await used.waitForPhase(number, 'running')
    await waitUntil(async () => (await used.readLog(number)).includes('from 0'))
    await new Promise((resolve) => setTimeout(resolve, 300))

    expect((await used.post(`/runs/${number}/pause`)).body).toEqual({ changed: 1 })
    await used.waitForPhase(number, 'paused')
    expect(await used.getRun(number)).toMatchObject({
      phase: 'paused',
      endedAt: null,
      attempts: [{ n: 1, state: 'ended', reason: 'Paused' }],
    })
    expect((await used.post(`/runs/${number}/pause`)).body).toEqual({ changed: 0 })

    await used.server.kill()
    await used.server.start()
    expect((await used.getRun(number)).phase).toBe('paused')

    expect((await used.post(`/runs/${number}/resume`)).body).toMatchObject({ kind: 'run', number })
    await waitUntil(async () => /from [1-9]\d* resumed=1/.test(await used.readLog(number, 2)))
    await used.post(`/runs/${number}/stop`)
    await used.waitForPhase(number, 'stopped')
    expect((await used.post<{ error: { code: string } }>(`/runs/${number}/pause`)).body.error.code).toBe('conflict')
  })

  it('A paused run can be stopped, and a queued run can be paused', async () => {
    const { number } = await used.server.submit(
      'version: 1\nkind: experiment\nenvironment: {resources: {cpu: {requests: 100000}}}\nrun: {cmd: sleep 60}',
    )

    await used.post(`/runs/${number}/pause`)
    await used.waitForPhase(number, 'paused')
    await used.post(`/runs/${number}/resume`)
    await used.waitForPhase(number, 'queued')
    await used.post(`/runs/${number}/pause`)
    await used.waitForPhase(number, 'paused')

    await used.post(`/runs/${number}/stop`)
    await used.waitForPhase(number, 'stopped')
    expect((await used.getRun(number)).attempts).toEqual([])
  })

  it('A run that has ended can be restarted, copied or resumed from its document', async () => {
    const { number } = await used.server.submit(COUNTER.replace('until: 1000', 'until: 2'))
    await used.waitForPhase(number, 'succeeded')

    const restarted = (await used.post(`/runs/${number}/restart`, { params: { word: 'second' }, name: 'again' })).body
      .number
    await used.waitForPhase(restarted, 'succeeded')
    expect(await used.getRun(restarted)).toMatchObject({
      name: 'again',
      params: { word: 'second', until: 2 },
      origin: { kind: 'restarts', run: number },
    })
    expect(await used.readLog(restarted)).toContain('from 0 resumed= word=second')

    const copied = (await used.post(`/runs/${number}/copy`, { params: { word: 'third' } })).body.number
    await used.waitForPhase(copied, 'succeeded')
    expect(await readOutput(copied, 'words')).toBe('first\nthird\n')
    expect(await readOutput(number, 'words')).toBe('first\n')

    const resumed = (await used.post(`/runs/${number}/resume`, { params: { word: 'fourth', until: '4' } })).body.number
    await used.waitForPhase(resumed, 'succeeded')
    expect(await used.readLog(resumed)).toContain('from 2 resumed=1 word=fourth')
    expect(await readOutput(resumed, 'words')).toBe('first\nfourth\n')
    expect(await readOutput(number, 'words')).toBe('first\nfourth\n')
    expect((await used.getRun(resumed)).origin).toEqual({ kind: 'resumes', run: number })

    const merged = (
      await used.post(`/runs/${number}/restart`, {
        sources: [{ file: 'more.yml', text: 'params: {word: merged}\nenvironment: {max_restarts: 1}\n' }],
      })
    ).body.number
    await used.waitForPhase(merged, 'succeeded')
    expect((await used.getRun(merged)).params).toMatchObject({ word: 'merged', until: 2 })

    const document = (await used.server.call<{ sources: { text: string }[] }>('GET', `/runs/${merged}/document`)).body
    expect(document.sources[0]!.text).toBe(COUNTER.replace('until: 1000', 'until: 2'))

    const bad = await used.post<{ error: { code: string; problems: unknown[] } }>(`/runs/${number}/restart`, {
      sources: [{ file: 'x.yml', text: 'runn: {}' }],
    })
    expect([bad.status, bad.body.error.code, bad.body.error.problems.length]).toEqual([422, 'invalid_document', 1])
  })

  it('A copied run can be resumed after the run that it was copied from was removed', async () => {
    const { number } = await used.server.submit(COUNTER.replace('until: 1000', 'until: 2'))
    await used.waitForPhase(number, 'succeeded')
    const copy = (await used.post(`/runs/${number}/copy`, { params: { until: '1000' } })).body.number
    await waitUntil(async () => (await used.readLog(copy)).includes('from'))
    await used.post(`/runs/${copy}/pause`)
    await used.waitForPhase(copy, 'paused')

    await used.server.call('DELETE', `/runs/${number}`)
    await used.post('/trash/empty')
    await waitUntil(async () => (await used.server.call('GET', `/runs/${number}`)).status === 404)

    await used.post(`/runs/${copy}/resume`)
    await waitUntil(async () => (await used.readLog(copy, 2)).includes('resumed=1'))
    await used.post(`/runs/${copy}/stop`)
    await used.waitForPhase(copy, 'stopped')
  })

  it('A run that is stopped before its launch was recorded stops at once and not only at the next resync', async () => {
    await using place = await startTestServer({ isStartedLater: true })
    await place.start({
      NODE_OPTIONS: `--import ${join(import.meta.dirname, '../../support/fault-points.ts')}`,
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
        await waitUntil(async () => ['succeeded', 'failed'].includes((await used.getRun(number)).phase), 30_000)
        return await used.getRun(number)
      }

      const document = (rest: string) => `version: 1\nkind: experiment\n${rest}\n`
      const { number } = await used.server.submit(
        document(`run: {cmd: 'rm -rf "$HAGANE_OUTPUTS"; ${put} "$HAGANE_OUTPUTS"'}`),
      )
      await ended(number)
      for (const how of ['copy', 'resume']) await ended((await used.post(`/runs/${number}/${how}`)).body.number)

      const again = document(
        `environment: {max_restarts: 1}\nrun: {cmd: 'rm -rf "$HAGANE_OUTPUTS"; ${put} "$HAGANE_OUTPUTS"; exit 1'}`,
      )
      const restarted = await ended((await used.server.submit(again)).number)
      expect(restarted).toMatchObject({ phase: 'failed', message: expect.stringContaining('is no folder any more') })
      expect(restarted.attempts).toHaveLength(2)
    },
  )

  it.each(['', 'echo x > ../run', 'printf 0 > ../run', 'mkdir ../run', 'mkfifo ../run', 'ln -s / ../run'])(
    'The second attempt of a run finds the outputs of the first, whatever a script leaves beside them (%s)',
    { timeout: 60_000 },
    async (put) => {
      const script = `cd $HAGANE_OUTPUTS; [ -e first ] && exit 0; echo good > first; rm -f ../run; ${put || 'true'}; exit 1`
      const { number } = await used.server.submit(
        `version: 1\nkind: experiment\nenvironment: {max_restarts: 1}\nrun: {cmd: '${script}'}\n`,
      )
      await used.waitForPhase(number, 'succeeded')
      expect(await readOutput(number, 'first')).toBe('good\n')

      await used.server.call('DELETE', `/runs/${number}`)
      await used.post('/trash/empty')
      await waitUntil(async () => (await used.server.call('GET', `/runs/${number}`)).status === 404)
      expect(existsSync(join(used.server.dataDir, 'runs', String(number)))).toBe(false)
    },
  )

  it.each([
    ['this version', () => {}],
    [
      'version 0.1.0, which noted no owner',
      (number: number) => rmSync(join(used.server.dataDir, 'runs', String(number), 'run')),
    ],
  ])(
    'A run made by %s can be resumed repeatedly with all its files, also after the first run was removed',
    { timeout: 60_000 },
    async (_, makeOld) => {
      const foldersOf = (numbers: readonly number[]): string[] =>
        readdirSync(join(used.server.dataDir, 'runs')).filter((name) =>
          numbers.some((number) => name.split('.')[0] === String(number)),
        )

      const removeForGood = async (numbers: readonly number[]): Promise<void> => {
        for (const number of numbers) await used.server.call('DELETE', `/runs/${number}`)
        await used.post('/trash/empty')
        for (const number of numbers)
          await waitUntil(async () => (await used.server.call('GET', `/runs/${number}`)).status === 404)
      }

      const { number } = await used.server.submit(
        'version: 1\nkind: experiment\nrun: {cmd: "ls $HAGANE_OUTPUTS; echo x > $HAGANE_OUTPUTS/f$HAGANE_RUN"}\n',
      )
      await used.waitForPhase(number, 'succeeded')
      makeOld(number)
      const all = [number]

      const resume = async (): Promise<string[]> => {
        const made = (await used.post(`/runs/${all.at(-1)}/resume`)).body.number
        all.push(made)
        await used.waitForPhase(made, 'succeeded')
        return (await used.readLog(made)).split('\n').filter(Boolean)
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
        const { number } = await used.server.submit(
          `version: 1\nkind: experiment\nrun: {cmd: "${leaves}; trap 'sleep 2; exit 0' TERM; while :; do sleep 0.1; done"}\n`,
        )
        await used.waitForPhase(number, 'running')
        await used.server.call('DELETE', `/runs/${number}`)
        await used.post('/trash/empty')
        await waitUntil(async () => (await used.server.call('GET', `/runs/${number}`)).status === 404, 20_000)
      }
    },
  )

  it('Folders that a killed used.server left half made or half removed are removed with their run', async () => {
    const { number } = await used.server.submit(
      'version: 1\nkind: experiment\nrun: {cmd: "echo x > $HAGANE_OUTPUTS/x"}\n',
    )
    await used.waitForPhase(number, 'succeeded')
    await used.server.call('DELETE', `/runs/${number}`)

    const places = [
      ['attempts', `hagane-${number}-1`, 'mark'],
      ['runs', String(number), 'run'],
    ] as const
    for (const [kind, name, mark] of places) {
      const path = join(used.server.dataDir, kind, name)
      rmSync(join(path, mark))
      renameSync(path, `${path}.gone`)
      mkdirSync(`${path}.half`)
    }

    await used.post('/trash/empty')
    await waitUntil(async () => (await used.server.call('GET', `/runs/${number}`)).status === 404)
    const left = places.flatMap(([kind, name]) =>
      readdirSync(join(used.server.dataDir, kind)).filter((one) => one === name || one.startsWith(`${name}.`)),
    )
    expect(left).toEqual([])
  })

  it('A link that a program put in place of the folder of its run is removed, but not its target', async () => {
    const kept = mkdtempSync(join(tmpdir(), 'hagane-kept-'))
    writeFileSync(join(kept, 'data.csv'), '1')
    const { number } = await used.server.submit(
      `version: 1\nkind: experiment\nrun: {cmd: "cd $HAGANE_OUTPUTS/../..; own=$(basename $(dirname $HAGANE_OUTPUTS)); rm -r $own; ln -s ${kept} $own"}\n`,
    )
    await used.waitForPhase(number, 'succeeded')

    await used.server.call('DELETE', `/runs/${number}`)
    await used.post('/trash/empty')
    await waitUntil(async () => (await used.server.call('GET', `/runs/${number}`)).status === 404)
    expect(readdirSync(kept)).toEqual(['data.csv'])
    expect(readdirSync(join(used.server.dataDir, 'runs'))).not.toContain(String(number))

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
    const { number } = await used.server.submit(
      'version: 1\nkind: experiment\nrun: {cmd: "cd $HAGANE_OUTPUTS && seq 10001 | xargs touch"}',
    )
    const cut = async () =>
      (await used.server.call<EventView[]>('GET', `/events?run=${number}`)).body.find(
        (event) => event.kind === 'run.listing_cut',
      )
    await waitUntil(async () => (await cut()) !== undefined)
    expect((await cut())!.data).toEqual({ listed: 10_000 })
  })

  it('A restarted trial keeps its point, and changed parameters apply to it and to a restarted sweep', async () => {
    const { number } = await used.server.submit(
      'version: 1\nkind: group\nparams: {b: 1}\nhptuning: {matrix: {a: {values: [5, 6]}}}\nrun: {cmd: "echo {{ a }} {{ b }}"}',
    )
    await waitUntil(async () => (await used.getSweep(number)).phase === 'done')
    const { runs } = (await used.server.call<RunPageView>('GET', `/runs?sweep=${number}&sort=number`)).body

    const again = (await used.post(`/runs/${runs[1]!.number}/restart`, { params: { b: '0.5' } })).body.number
    await used.waitForPhase(again, 'succeeded')
    expect([await used.readLog(again), (await used.getRun(again)).sweep]).toEqual(['6 0.5\n', null])

    const sweep = (await used.post(`/sweeps/${number}/restart`, { params: { b: '9' } })).body.number
    await waitUntil(async () => (await used.getSweep(sweep)).phase === 'done')
    const second = (await used.server.call<RunPageView>('GET', `/runs?sweep=${sweep}&filter=p.b=9`)).body
    expect(second.runs).toHaveLength(2)
  })

  it('A person can change the name, note, tags and project of a run', async () => {
    const { number } = await used.server.submit('version: 1\nkind: experiment\nrun: {cmd: "true"}')
    await used.waitForPhase(number, 'succeeded')
    await used.post('/projects', { name: 'other' })

    const { body } = await used.server.call<RunDetailView>('PATCH', `/runs/${number}`, {
      name: 'n',
      note: 'words',
      tags: ['x', 'y'],
      project: 'other',
    })
    expect(body).toMatchObject({ name: 'n', note: 'words', tags: ['x', 'y'], project: 'other' })
    expect((await used.server.call('PATCH', `/runs/${number}`, { phase: 'failed' })).status).toBe(400)
    expect(
      (await used.server.call<RunPageView>('GET', '/runs?project=other&filter=t.x')).body.runs.map((run) => run.number),
    ).toEqual([number])
  })
})

async function readOutput(run: number, path: string): Promise<string> {
  await waitUntil(async () => (await used.server.call<unknown[]>('GET', `/runs/${run}/artifacts`)).body.length > 0)
  return (await used.server.call<string>('GET', `/runs/${run}/artifacts/content?path=${path}`)).body
}

describe('a sweep', () => {
  it('A sweep can be paused and resumed, and its concurrency can change while it runs', async () => {
    const text = (cmd: string) =>
      `version: 1\nkind: group\nhptuning: {concurrency: 2, matrix: {a: {range: [0, 12, 1]}}}\nrun: {cmd: ${JSON.stringify(cmd)}}`
    const { number } = await used.server.submit(text('sleep 0.4'))
    await waitUntil(async () => ((await used.getSweep(number)).counts.running ?? 0) === 2)

    await used.post(`/sweeps/${number}/pause`, { keepRunning: true })
    await waitUntil(async () => ((await used.getSweep(number)).counts.running ?? 0) === 0)
    const { counts, isPaused } = await used.getSweep(number)
    expect([isPaused, counts.paused]).toEqual([true, undefined])

    const waiting = (await used.server.call<RunPageView>('GET', `/runs?sweep=${number}&filter=phase=queued`)).body
      .runs[0]!
    await waitUntil(async () => (await used.getRun(waiting.number)).waiting === 'its sweep is paused')

    await used.server.call('PATCH', `/sweeps/${number}`, { concurrency: 5, name: 'wide', tags: ['t'] })
    await used.post(`/sweeps/${number}/resume`)
    await waitUntil(async () => ((await used.getSweep(number)).counts.running ?? 0) === 5)

    await used.post(`/sweeps/${number}/pause`)
    await waitUntil(
      async () =>
        ((await used.getSweep(number)).counts.running ?? 0) + ((await used.getSweep(number)).counts.stopping ?? 0) ===
        0,
    )
    expect((await used.getSweep(number)).counts.paused).toBeGreaterThan(0)

    await used.post(`/sweeps/${number}/resume`)
    await waitUntil(async () => (await used.getSweep(number)).phase === 'done')
    expect(await used.getSweep(number)).toMatchObject({
      counts: { succeeded: 12 },
      concurrency: 5,
      name: 'wide',
      tags: ['t'],
    })
    expect((await used.server.call('PATCH', `/sweeps/${number}`, { concurrency: 3 })).status).toBe(409)
  })
})
