import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it, vi } from 'vitest'

import type { EventView } from '../../../src/contract/routes/events.ts'
import type { RunPageView } from '../../../src/contract/routes/runs.ts'
import type { SweepInsightView, SweepView } from '../../../src/contract/sweep.ts'
import { createCliFolder } from '../../support/cli.ts'
import { readStoredSearch, expectReproducible } from '../../support/stored-search.ts'
import { waitUntil } from '../../support/server.ts'
import {
  createLedgerFolder,
  describeOnBothServers,
  submitUntilAnswered,
  waitForSweepEnd,
} from '../../support/both-servers.ts'
import type { ServerSetup } from '../../support/both-servers.ts'

// Each test starts servers, commands and dozens of Python processes.
vi.setConfig({ testTimeout: 180_000 })

const getSweep = async ({ server }: ServerSetup, sweep: number): Promise<SweepView> =>
  (await server.call<SweepView>('GET', `/sweeps/${sweep}`)).body
const runsOf = async ({ server }: ServerSetup, sweep: number) =>
  (await server.call<RunPageView>('GET', `/runs?sweep=${sweep}&limit=1000`)).body.runs
const post = async ({ server }: ServerSetup, path: string, body: unknown = {}) => await server.call('POST', path, body)

/** Waits until a sweep is paused and none of its trials is active. */
const waitForPause = async (place: ServerSetup, sweep: number): Promise<SweepView> => {
  await waitUntil(async () => {
    const { isPaused, counts } = await getSweep(place, sweep)
    return isPaused && (counts.running ?? 0) + (counts.starting ?? 0) + (counts.preparing ?? 0) === 0
  })
  return await getSweep(place, sweep)
}

const MISSING = "ModuleNotFoundError: No module named 'nosuchmodule'"
const sweepText = (command: string, more = '', trials = 30): string =>
  `version: 1\nkind: group\nhptuning:\n  concurrency: 3\n${more}  matrix: {x: {range: [0, ${trials}, 1]}}\nrun: {cmd: ${JSON.stringify(command)}}\n`

describeOnBothServers('a sweep whose trials fail', (openPlace) => {
  it('A sweep whose first trials all fail pauses, names the cause, survives a kill, and can be resumed', async () => {
    await using place = await openPlace()
    using work = createLedgerFolder()

    const sweep = await submitUntilAnswered(place.server, sweepText('python3 -c "import nosuchmodule"'), work.folder)
    const first = await waitForPause(place, sweep)
    expect(first).toMatchObject({
      phase: 'running',
      isPaused: true,
      notices: [{ code: 'failed_first', args: { trials: 5, cause: MISSING } }],
    })
    expect(first.notices[0]!.message).toBe(`paused itself: the first 5 trials all failed: ${MISSING}`)
    // The trials that ran at the moment of the pause end by themselves; most of the other trials never start.
    expect(first.counts.failed).toBeLessThan(20)

    await place.server.kill()
    await place.server.start()
    expect(await getSweep(place, sweep)).toMatchObject({ isPaused: true, counts: first.counts, notices: first.notices })

    const events = (await place.server.call<EventView[]>('GET', `/events?sweep=${sweep}`)).body
    expect(events.filter(({ kind }) => kind === 'sweep.held').map(({ data }) => data)).toEqual([
      { trials: 5, same: 5, reason: 'ExitNonZero', line: MISSING },
    ])

    await post(place, `/sweeps/${sweep}/resume`)
    expect((await getSweep(place, sweep)).notices).toEqual([])

    const second = await waitForPause(place, sweep)
    expect(second.notices).toMatchObject([{ code: 'failed_next', args: { trials: 5 } }])
    expect(second.counts.failed! - first.counts.failed!).toBeGreaterThanOrEqual(5)
  })

  it('A sweep does not pause itself after a trial has succeeded or with on_failure: continue', async () => {
    await using place = await openPlace()
    using work = createLedgerFolder()

    const late = await submitUntilAnswered(place.server, sweepText('test {{ x }} = 2', '', 14), work.folder)
    expect(await waitForSweepEnd(place.server, late)).toMatchObject({
      phase: 'done',
      counts: { succeeded: 1, failed: 13 },
      notices: [],
    })

    for (const more of ['  on_failure: continue\n', '  on_failure: [ignore, continue]\n']) {
      const told = await submitUntilAnswered(place.server, sweepText('exit 3', more, 12), work.folder)
      const ended = await waitForSweepEnd(place.server, told)
      expect(ended).toMatchObject({ phase: 'failed', reason: 'AllTrialsFailed', counts: { failed: 12 } })
      expect(ended.notices[0]!.message).toBe('all 12 trials failed: the program ended with status 3')
    }
  })

  it('A sweep pauses itself although a first trial hangs, and again after that trial was stopped', async () => {
    await using place = await openPlace()
    using work = createLedgerFolder()

    const sweep = await submitUntilAnswered(
      place.server,
      sweepText('if [ {{ x }} = 0 ]; then sleep 600; fi; exit 3'),
      work.folder,
    )
    await waitUntil(async () => (await getSweep(place, sweep)).notices[0]?.code === 'failed_first')
    expect(await getSweep(place, sweep)).toMatchObject({ isPaused: true, phase: 'running' })

    const hanging = (await runsOf(place, sweep)).find(({ trial }) => trial === 0)!
    await post(place, `/runs/${hanging.number}/stop`)
    await waitUntil(async () => (await getSweep(place, sweep)).counts.stopped === 1)
    await post(place, `/sweeps/${sweep}/resume`)
    expect((await waitForPause(place, sweep)).notices).toMatchObject([{ code: 'failed_next', args: { trials: 5 } }])

    await post(place, `/sweeps/${sweep}/stop`)
  })

  it('A trial counts as failed after its last attempt; a higher concurrency allows more failures', async () => {
    await using place = await openPlace()
    using work = createLedgerFolder()

    const script = 'test -f "$HAGANE_OUTPUTS/tried" || { touch "$HAGANE_OUTPUTS/tried"; exit 1; }'
    const retried = sweepText(script, '', 8) + 'environment: {max_restarts: 1}\n'
    expect(
      await waitForSweepEnd(place.server, await submitUntilAnswered(place.server, retried, work.folder)),
    ).toMatchObject({
      phase: 'done',
      counts: { succeeded: 8 },
    })

    writeFileSync(join(work.folder, 'gate.sh'), 'until [ -f gate ]; do sleep 0.05; done; exit 1\n')
    const sweep = await submitUntilAnswered(place.server, sweepText('sh gate.sh'), work.folder)
    await waitUntil(async () => ((await getSweep(place, sweep)).counts.running ?? 0) === 3)
    await place.server.call('PATCH', `/sweeps/${sweep}`, { concurrency: 7 })
    writeFileSync(join(work.folder, 'gate'), '')
    expect(await waitForPause(place, sweep)).toMatchObject({ notices: [{ code: 'failed_first', args: { trials: 7 } }] })
  })

  it('A sweep fails with one failure more than max_failures', async () => {
    await using place = await openPlace()
    using work = createLedgerFolder()

    const text = sweepText('test {{ x }} -lt 4 || { echo broken >&2; exit 9; }', '  max_failures: 2\n', 60)
    const sweep = await submitUntilAnswered(place.server, text, work.folder)
    const ended = await waitForSweepEnd(place.server, sweep)
    expect(ended).toMatchObject({
      phase: 'failed',
      reason: 'TooManyFailures',
      counts: { succeeded: 4 },
      notices: [{ code: 'failed_many', args: { max: 2 } }],
    })
    expect(ended.counts.failed).toBeLessThan(10)
    expect(ended.notices[0]!.message).toContain('broken')
    expect((await post(place, `/sweeps/${sweep}/extend`, { trials: 3 })).status).toBe(409)

    await expectReproducible(place, sweep)
  })

  it('The cause of failures is printed by run --wait, show and ls --sweeps, in English and Japanese', async () => {
    await using place = await openPlace()
    using cli = createCliFolder(place.server)

    cli.write('group.yml', sweepText('python3 -c "import nosuchmodule"'))
    const run = await cli.hagane('run', '-f', 'group.yml', '--wait')
    expect(run.status).toBe(1)
    expect(run.stderr).toContain(`the first 5 trials all failed: ${MISSING}`)
    expect(run.stderr).toMatch(/hagane resume 1 goes on/)
    expect((await cli.hagane('show', '1')).stdout).toContain(MISSING)
    expect((await cli.hagane('ls', '--sweeps')).stdout).toMatch(/paused[\s\S]*#1: paused itself: the first 5/)

    const japanese = await cli.haganeWith({ env: { LANG: 'ja_JP.UTF-8' } }, 'show', '1')
    expect(japanese.stdout).toContain(`最初の 5 件の試行がすべて失敗しています: ${MISSING}`)
  })
})

describeOnBothServers('restart --failed', (openPlace) => {
  const GATE = 'python gate.py {{ x }}'
  const reportingScript = (condition: string): string =>
    `import sys\nfrom hagane import Experiment\nx = float(sys.argv[1])\nif ${condition}: sys.exit(3)\nExperiment().log_metrics(loss=x)\n`

  it('`restart --failed` runs failed trials of an ended sweep again inside it, with new code on request', async () => {
    await using place = await openPlace()
    using cli = createCliFolder(place.server)

    cli.write('gate.py', reportingScript('x % 2 == 0'))
    cli.write('group.yml', sweepText(GATE, '  metric: {name: loss, optimization: minimize}\n', 6))
    expect((await cli.hagane('run', '-f', 'group.yml', '--wait')).status).toBe(0)

    const before = await runsOf(place, 1)
    const failed = before.filter(({ phase }) => phase === 'failed')
    expect([before.length, failed.length]).toEqual([6, 3])

    const same = await cli.hagane('restart', '1', '--failed')
    expect(same.stdout).toBe('3 failed trial(s) of sweep #1 run again\n')
    expect(await waitForSweepEnd(place.server, 1)).toMatchObject({
      phase: 'done',
      trials: 6,
      counts: { succeeded: 3, failed: 3 },
    })

    cli.write('gate.py', reportingScript('False'))
    const mended = await cli.hagane('restart', '1', '--failed', '--with-new-code', '--json')
    expect(mended.json).toEqual({ kind: 'sweep', number: 1, restarted: 3 })

    const ended = await waitForSweepEnd(place.server, 1)
    expect(ended).toMatchObject({ phase: 'done', trials: 6, counts: { succeeded: 6 } })
    expect(ended.counts.failed).toBeUndefined()

    const after = await runsOf(place, 1)
    expect(after.map(({ trial }) => trial!).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5])
    expect(after.find(({ trial }) => trial === 0)).toMatchObject({ params: { x: 0 }, origin: { kind: 'restarts' } })
    // The best trial is one of those that were run again.
    expect(ended.best).toMatchObject({ value: 0, params: { x: 0 } })

    for (const { number } of failed) {
      const old = (
        await place.server.call<{ phase: string; trial: number | null; sweep: number }>('GET', `/runs/${number}`)
      ).body
      expect(old).toMatchObject({ phase: 'failed', trial: null, sweep: 1 })
    }
    expect((await cli.hagane('show', String(failed[0]!.number))).stdout).toContain('was a trial of sweep #1')
    expect((await cli.hagane('restart', '1', '--failed')).stdout).toBe('sweep #1 has no failed trial\n')
    expect((await cli.hagane('restart', '1', '--failed', '-P', 'x=1')).status).toBe(2)
    expect((await cli.hagane('restart', String(failed[0]!.number), '--failed')).status).toBe(2)
    expect((await place.server.call<SweepInsightView>('GET', '/sweeps/1/beliefs')).body).toMatchObject({
      finished: 6,
      best: { value: 0 },
    })

    await place.server.call('DELETE', '/sweeps/1')
    expect((await post(place, '/sweeps/1/restart-failed')).status).toBe(409)
  })

  it('`restart --failed` resumes a sweep that paused itself, with new code, and its search learns', async () => {
    await using place = await openPlace()
    using cli = createCliFolder(place.server)

    cli.write('gate.py', 'import nosuchmodule')
    const text = `version: 1\nkind: group\nhptuning:\n  concurrency: 2\n  seed: 3\n  tpe: {n_experiments: 14}\n  metric: {name: loss, optimization: minimize}\n  matrix: {x: {uniform: [0, 1]}}\nrun: {cmd: "${GATE}"}\n`
    cli.write('group.yml', text)
    expect((await cli.hagane('run', '-f', 'group.yml', '--wait')).status).toBe(1)

    const before = await getSweep(place, 1)
    cli.write('gate.py', reportingScript('False'))
    expect((await cli.hagane('restart', '1', '--failed', '--with-new-code')).stdout).toContain(
      `${before.counts.failed} failed trial(s)`,
    )

    await place.server.kill()
    await place.server.start()
    const ended = await waitForSweepEnd(place.server, 1)
    expect(ended).toMatchObject({ phase: 'done', isPaused: false, counts: { succeeded: 14 }, notices: [] })

    const { trials, results } = await readStoredSearch(place, 1)
    expect(trials).toHaveLength(14)
    // Each failed trial has two results: its failure, and then the value of its second run.
    expect(results).toHaveLength(14 + before.counts.failed!)

    await expectReproducible(place, 1)
  })

  it('`restart --failed` starts a promoted trial that failed again from the lowest rung', async () => {
    await using place = await openPlace()
    using cli = createCliFolder(place.server)

    cli.write(
      'gate.py',
      `import sys\nfrom hagane import Experiment\nx, n = float(sys.argv[1]), int(sys.argv[2])\nif n > 1: sys.exit(3)\nExperiment().log_metrics(loss=x)\n`,
    )
    const text = `version: 1\nkind: group\nhptuning:\n  concurrency: 4\n  seed: 3\n  hyperband: {max_iter: 2, eta: 2, resource: {name: n}, metric: {name: loss, optimization: minimize}, resume: true}\n  matrix: {x: {uniform: [0, 1]}}\nrun: {cmd: "python gate.py {{ x }} {{ n }}"}\n`
    cli.write('group.yml', text)
    await cli.hagane('run', '-f', 'group.yml', '--wait')

    const failed = (await getSweep(place, 1)).counts.failed!
    expect(failed).toBeGreaterThan(0)

    cli.write(
      'gate.py',
      'import sys\nfrom hagane import Experiment\nExperiment().log_metrics(loss=float(sys.argv[1]))\n',
    )
    expect((await cli.hagane('restart', '1', '--failed', '-u')).stdout).toContain(`${failed} failed`)

    const ended = await waitForSweepEnd(place.server, 1)
    expect(ended.counts).toEqual({ succeeded: ended.trials })
    expect((await runsOf(place, 1)).some(({ params, origin }) => params['n'] === 2 && origin !== null)).toBe(true)
  })

  it('`restart --failed` runs only failed trials of a stopped sweep, and resumes one that had too many', async () => {
    await using place = await openPlace()
    using work = createLedgerFolder()

    const slow = sweepText('test {{ x }} -gt 0 && sleep 600', '', 40)
    const stopped = await submitUntilAnswered(place.server, slow, work.folder)
    await waitUntil(async () => ((await getSweep(place, stopped)).counts.failed ?? 0) === 1)
    await post(place, `/sweeps/${stopped}/stop`)
    const { trials, counts } = await waitForSweepEnd(place.server, stopped)
    expect((await post(place, `/sweeps/${stopped}/restart-failed`)).body).toEqual({ changed: 1 })

    const ended = await waitForSweepEnd(place.server, stopped)
    expect(ended.counts).toEqual(counts)
    expect([trials, ended.phase]).toEqual([40, 'done'])

    writeFileSync(join(work.folder, 'broken'), '')
    const text = sweepText('test {{ x }} -lt 2 || test ! -f broken', '  max_failures: 1\n', 12)
    const gaveUp = await submitUntilAnswered(place.server, text, work.folder)
    expect(await waitForSweepEnd(place.server, gaveUp)).toMatchObject({ phase: 'failed', reason: 'TooManyFailures' })

    rmSync(join(work.folder, 'broken'))
    const before = await getSweep(place, gaveUp)
    expect((await post(place, `/sweeps/${gaveUp}/restart-failed`)).body).toEqual({ changed: before.counts.failed })

    const { phase, counts: after } = await waitForSweepEnd(place.server, gaveUp)
    expect([phase, after.failed, after.succeeded! + (after.stopped ?? 0)]).toEqual(['done', undefined, 12])
  })
})

describeOnBothServers('a metric that no trial reports', (openPlace) => {
  const reports = (name: string): string =>
    `python3 -c "from hagane import Experiment; Experiment().log_metrics(**{'${name}': {{ x }}, 'zzz': 1})"`

  it('A metric that no trial reports is named with the reported metrics, the most similar first', async () => {
    await using place = await openPlace()
    using cli = createCliFolder(place.server)

    const asked =
      '  metric: {name: val_loss, optimization: minimize}\n  early_stopping: [{metric: acc, value: 2}, {metric: loss, value: 99}]\n'
    cli.write('group.yml', sweepText(reports('loss'), asked, 4))

    const run = await cli.hagane('run', '-f', 'group.yml', '--wait')
    expect(run.status).toBe(0)

    const expectedNotice = 'no trial has reported val_loss; what they report: loss, zzz'
    expect(run.stderr).toContain(expectedNotice)
    expect((await cli.hagane('show', '1')).stdout).toContain(expectedNotice)

    const { notices } = await getSweep(place, 1)
    expect(notices.map(({ code, args }) => [code, args])).toEqual([
      ['metric_unreported', { metric: 'val_loss', reported: 'loss, zzz' }],
      ['metric_unreported', { metric: 'acc', reported: 'zzz, loss' }],
    ])
    expect(JSON.parse((await cli.hagane('show', '1', '--json')).stdout)).toMatchObject({
      notices: [{ args: { metric: 'val_loss' } }, {}],
    })
  })

  it('A missing metric is named while trials wait at rungs, but not if all trials report it or fail', async () => {
    await using place = await openPlace()
    using cli = createCliFolder(place.server)

    const band = (metric: string) =>
      `version: 1\nkind: group\nhptuning:\n  concurrency: 2\n  hyperband: {max_iter: 4, eta: 2, resource: {name: n}, metric: {name: ${metric}, optimization: minimize}}\n  matrix: {x: {uniform: [0, 1]}}\nrun: {cmd: ${JSON.stringify(reports('loss'))}}\n`
    cli.write('wrong.yml', band('lossy'))
    cli.write('right.yml', band('loss'))
    cli.write('failing.yml', sweepText('exit 1', '  metric: {name: loss}\n', 3))

    const wrong = (await cli.hagane('run', '-f', 'wrong.yml', '--json')).json as { number: number }
    await waitUntil(async () => (await getSweep(place, wrong.number)).notices.length > 0)
    expect((await getSweep(place, wrong.number)).notices).toMatchObject([
      { code: 'metric_unreported', args: { metric: 'lossy', reported: 'loss, zzz' } },
    ])

    for (const file of ['right.yml', 'failing.yml']) {
      const { number } = (await cli.hagane('run', '-f', file, '--json')).json as { number: number }
      const { notices } = await waitForSweepEnd(place.server, number)
      expect(notices.filter(({ code }) => code.startsWith('metric'))).toEqual([])
    }

    expect(await runsOf(place, wrong.number)).not.toEqual([])
  })
})
