import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import type { EventView, RunPageView } from '../../src/contract/routes.ts'
import type { SweepView } from '../../src/contract/sweep.ts'
import { createWorkplace } from '../support/cli.ts'
import { recompute } from '../support/searches.ts'
import { until } from '../support/server.ts'
import { createWork, describeOnBothServers, submitSurely, sweepEnded } from '../support/work.ts'
import type { Place } from '../support/work.ts'

const view = async ({ server }: Place, sweep: number): Promise<SweepView> => (await server.call<SweepView>('GET', `/sweeps/${sweep}`)).body
const runsOf = async ({ server }: Place, sweep: number) => (await server.call<RunPageView>('GET', `/runs?sweep=${sweep}&limit=1000`)).body.runs
const post = async ({ server }: Place, path: string, body: unknown = {}) => await server.call('POST', path, body)
const held = async (place: Place, sweep: number): Promise<SweepView> => {
  await until(async () => {
    const { isPaused, counts } = await view(place, sweep)
    return isPaused && (counts.running ?? 0) + (counts.starting ?? 0) + (counts.preparing ?? 0) === 0
  })
  return await view(place, sweep)
}
const MISSING = "ModuleNotFoundError: No module named 'nosuchmodule'"
const sweepText = (command: string, more = '', trials = 30): string =>
  `version: 1\nkind: group\nhptuning:\n  concurrency: 3\n${more}  matrix: {x: {range: [0, ${trials}, 1]}}\nrun: {cmd: ${JSON.stringify(command)}}\n`

describeOnBothServers('a sweep whose trials fail', (openPlace) => {
  it('pauses itself when the first ones all fail, says the common cause, survives a kill, and goes on when it is resumed', async () => {
    await using place = await openPlace()
    using work = createWork()
    const sweep = await submitSurely(place.server, sweepText('python3 -c "import nosuchmodule"'), work.folder)
    const first = await held(place, sweep)
    expect(first).toMatchObject({ phase: 'running', isPaused: true, notices: [{ code: 'failed_first', args: { trials: 5, cause: MISSING } }] })
    expect(first.notices[0]!.message).toBe(`paused itself: the first 5 trials all failed: ${MISSING}`)
    // Those that had a place already when the fifth failed have run to their own end.
    expect(first.counts.failed).toBeLessThanOrEqual(5 + 3)
    await place.server.kill()
    await place.server.start()
    expect(await view(place, sweep)).toMatchObject({ isPaused: true, counts: first.counts, notices: first.notices })
    const events = (await place.server.call<EventView[]>('GET', `/events?sweep=${sweep}`)).body
    expect(events.filter(({ kind }) => kind === 'sweep.held').map(({ data }) => data)).toEqual([{ trials: 5, same: 5, reason: 'ExitNonZero', line: MISSING }])

    await post(place, `/sweeps/${sweep}/resume`)
    expect((await view(place, sweep)).notices).toEqual([])
    const second = await held(place, sweep)
    expect(second.notices).toMatchObject([{ code: 'failed_next', args: { trials: 5 } }])
    expect(second.counts.failed! - first.counts.failed!).toBeGreaterThanOrEqual(5)
  })

  it('goes on for good once a trial has succeeded, and where it is told to', async () => {
    await using place = await openPlace()
    using work = createWork()
    const late = await submitSurely(place.server, sweepText('test {{ x }} = 2', '', 14), work.folder)
    expect(await sweepEnded(place.server, late)).toMatchObject({ phase: 'done', counts: { succeeded: 1, failed: 13 }, notices: [] })
    for (const more of ['  on_failure: continue\n', '  on_failure: [ignore, continue]\n']) {
      const told = await submitSurely(place.server, sweepText('exit 3', more, 12), work.folder)
      const ended = await sweepEnded(place.server, told)
      expect(ended).toMatchObject({ phase: 'failed', reason: 'AllTrialsFailed', counts: { failed: 12 } })
      expect(ended.notices[0]!.message).toBe('all 12 trials failed: the program ended with status 3')
    }
  })

  it('counts a trial as failed only after its last attempt, and by as many as run at once now', async () => {
    await using place = await openPlace()
    using work = createWork()
    const script = 'test -f "$HAGANE_OUTPUTS/tried" || { touch "$HAGANE_OUTPUTS/tried"; exit 1; }'
    const retried = sweepText(script, '', 8) + 'environment: {max_restarts: 1}\n'
    expect(await sweepEnded(place.server, await submitSurely(place.server, retried, work.folder))).toMatchObject({ phase: 'done', counts: { succeeded: 8 } })
    writeFileSync(join(work.folder, 'gate.sh'), 'until [ -f gate ]; do sleep 0.05; done; exit 1\n')
    const sweep = await submitSurely(place.server, sweepText('sh gate.sh'), work.folder)
    await until(async () => ((await view(place, sweep)).counts.running ?? 0) === 3)
    await place.server.call('PATCH', `/sweeps/${sweep}`, { concurrency: 7 })
    writeFileSync(join(work.folder, 'gate'), '')
    expect(await held(place, sweep)).toMatchObject({ notices: [{ code: 'failed_first', args: { trials: 7 } }] })
  })

  it('ends as failed with one failure more than max_failures', async () => {
    await using place = await openPlace()
    using work = createWork()
    const text = sweepText('test {{ x }} -lt 4 || { echo broken >&2; exit 9; }', '  max_failures: 2\n', 60)
    const sweep = await submitSurely(place.server, text, work.folder)
    const ended = await sweepEnded(place.server, sweep)
    expect(ended).toMatchObject({ phase: 'failed', reason: 'TooManyFailures', counts: { succeeded: 4 }, notices: [{ code: 'failed_many', args: { max: 2 } }] })
    expect(ended.counts.failed).toBeLessThan(10)
    expect(ended.notices[0]!.message).toContain('broken')
    expect((await post(place, `/sweeps/${sweep}/extend`, { trials: 3 })).status).toBe(409)
    await recompute(place, sweep)
  })

  it('is said by run --wait, show and ls --sweeps, in both languages', async () => {
    await using place = await openPlace()
    using cli = createWorkplace(place.server)
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

describeOnBothServers('a metric that no trial reports', (openPlace) => {
  const reports = (name: string): string => `python3 -c "from hagane import Experiment; Experiment().log_metrics(**{'${name}': {{ x }}, 'zzz': 1})"`

  it('is said after the first trial, with what they report, the nearest first', async () => {
    await using place = await openPlace()
    using cli = createWorkplace(place.server)
    const asked = '  metric: {name: val_loss, optimization: minimize}\n  early_stopping: [{metric: acc, value: 2}, {metric: loss, value: 99}]\n'
    cli.write('group.yml', sweepText(reports('loss'), asked, 4))
    const run = await cli.hagane('run', '-f', 'group.yml', '--wait')
    expect(run.status).toBe(0)
    const said = 'no trial has reported val_loss; what they report: loss, zzz'
    expect(run.stderr).toContain(said)
    expect((await cli.hagane('show', '1')).stdout).toContain(said)
    const { notices } = await view(place, 1)
    expect(notices.map(({ code, args }) => [code, args])).toEqual([
      ['metric_unreported', { metric: 'val_loss', reported: 'loss, zzz' }],
      ['metric_unreported', { metric: 'acc', reported: 'zzz, loss' }],
    ])
    expect(JSON.parse((await cli.hagane('show', '1', '--json')).stdout)).toMatchObject({ notices: [{ args: { metric: 'val_loss' } }, {}] })
  })

  it('is said of trials that wait at their rungs, and not of one that every trial reports, or none has had the time to', async () => {
    await using place = await openPlace()
    using cli = createWorkplace(place.server)
    const band = (metric: string) =>
      `version: 1\nkind: group\nhptuning:\n  concurrency: 2\n  hyperband: {max_iter: 4, eta: 2, resource: {name: n}, metric: {name: ${metric}, optimization: minimize}}\n  matrix: {x: {uniform: [0, 1]}}\nrun: {cmd: ${JSON.stringify(reports('loss'))}}\n`
    cli.write('wrong.yml', band('lossy'))
    cli.write('right.yml', band('loss'))
    cli.write('failing.yml', sweepText('exit 1', '  metric: {name: loss}\n', 3))
    const wrong = (await cli.hagane('run', '-f', 'wrong.yml', '--json')).json as { number: number }
    await until(async () => (await view(place, wrong.number)).notices.length > 0)
    expect((await view(place, wrong.number)).notices).toMatchObject([{ code: 'metric_unreported', args: { metric: 'lossy', reported: 'loss, zzz' } }])
    for (const file of ['right.yml', 'failing.yml']) {
      const { number } = (await cli.hagane('run', '-f', file, '--json')).json as { number: number }
      const { notices } = await sweepEnded(place.server, number)
      expect(notices.filter(({ code }) => code.startsWith('metric'))).toEqual([])
    }
    expect(await runsOf(place, wrong.number)).not.toEqual([])
  })
})
