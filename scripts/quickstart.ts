// npm run quickstart [-- --once] [-- --json]: starts a server, runs the example sweep, and shows its best trial.
import { randomUUID } from 'node:crypto'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { findClient } from '../src/cli/client.ts'
import type { Client } from '../src/cli/client.ts'
import { uploadFolder } from '../src/cli/code/upload.ts'
import { follow } from '../src/cli/follow.ts'
import { signInUrl } from '../src/cli/commands/open.ts'
import { down, ensureServer } from '../src/cli/commands/up.ts'
import { CliExit, createCli } from '../src/cli/context.ts'
import type { Cli } from '../src/cli/context.ts'
import { formatTable } from '../src/cli/format-table.ts'
import { readSources } from '../src/cli/documents.ts'
import { toProblemLines } from '../src/cli/failures.ts'
import { readHostInfo } from '../src/cli/host-info.ts'
import { formatDuration } from '../src/cli/output.ts'
import { hasLauncher } from '../src/config/config.ts'
import { EXIT } from '../src/contract/errors.ts'
import { fill } from '../src/contract/messages/messages.ts'
import type { Locale, PlainArgs } from '../src/contract/messages/messages.ts'
import type { HostInfo } from '../src/contract/run.ts'
import { isSweepEnded } from '../src/contract/phases.ts'
import type { SweepView } from '../src/contract/sweep.ts'
import { ensureDashboard } from './dashboard.ts'

const TEXTS = {
  en: {
    usage:
      '{detail}\nusage: npm run quickstart [-- [--once] [--json]]\n  --once  end when the sweep has ended, instead of staying up\n  --json  one line of JSON on standard output when the sweep has ended',
    no_python:
      'The example needs Python 3 and neither python nor python3 on your PATH is one: install Python 3.6 or newer and try again.',
    example: 'example: {folder}/group.yml and train.py, with Python {version}',
    speed: '{work} of runs in {wall}, {concurrency} at once ({ratio} times the ideal)',
    data: 'everything lies in',
    outputs: 'the best model in',
    example_label: 'the example in',
    next: 'try next, in this folder:',
    next_up: 'start the server again',
    next_ls: 'all trials with parameters and metrics',
    next_show: 'the best trial',
    next_logs: 'what it printed',
    next_metrics: 'how its metric went, round by round',
    next_down: 'stop the server',
    staying:
      'The server stays up for you to look around. Ctrl-C stops it and ends this. The dashboard, signed in (again with: npx hagane open):\n{url}',
    was_running: 'The server at {url} was running before and goes on.',
    stopping: 'stopping the sweep ...',
  },
  ja: {
    usage:
      '{detail}\n使い方: npm run quickstart [-- [--once] [--json]]\n  --once  探索が終わったら起動したままにせず終了します\n  --json  探索が終わったときに標準出力へ JSON を 1 行出します',
    no_python:
      'サンプルには Python 3 が必要ですが、PATH の python も python3 も Python 3 ではありません。Python 3.6 以降を入れて、もう一度実行してください。',
    example: 'サンプル: {folder}/group.yml と train.py、Python {version}',
    speed: '合計 {work} の実行が {wall} で終わりました。同時 {concurrency} 件 (理想の時間の {ratio} 倍)',
    data: 'すべてのデータ',
    outputs: '最良のモデル',
    example_label: 'サンプルのファイル',
    next: '次はこのフォルダーで試してください:',
    next_up: 'サーバーをもう一度起動',
    next_ls: 'すべての試行のパラメーターとメトリクス',
    next_show: '最良の試行',
    next_logs: '標準出力',
    next_metrics: 'ラウンドごとのメトリクスの変化',
    next_down: 'サーバーを停止',
    staying:
      'サーバーは動き続けます。Ctrl-C でサーバーを停止して終了します。ダッシュボード(サインイン済み。再度開くには npx hagane open):\n{url}',
    was_running: '{url} のサーバーは以前から動いていたもので、このまま続きます。',
    stopping: '探索を停止しています ...',
  },
} as const satisfies Record<Locale, Record<string, string>>

ensureDashboard()

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = fileURLToPath(new URL('../examples/departments', import.meta.url))

interface Flags {
  readonly once: boolean
  readonly json: boolean
}

type Text = (name: keyof (typeof TEXTS)['en'], args?: PlainArgs) => string

async function main(cli: Cli, text: Text): Promise<number> {
  const flags = readFlags(text)
  const { host } = await readHostInfo(folder, cli.config.shellPath)
  if (!host.python) throw new CliExit(EXIT.failed, text('no_python'))
  cli.printStatus(text('example', { folder: relative(root, folder), version: host.python.version }))

  const interruption = watchSignals()
  const { client, isNew } = await ensureServer(cli)

  try {
    cli.printStatus(
      cli.formatMessage(isNew ? 'server_started' : 'server_running', { url: client.url, data: cli.config.dataDir }),
    )
    const sweep = await runSweep(cli, client, { host, text, interruption })
    if (interruption.hasHappened) return EXIT.interrupted
    await showResult(cli, client, { sweep, text, isUp: !isNew || !flags.once })
    if (flags.json) cli.print(JSON.stringify(toSummary(sweep, client.url)))
    if (!isNew) cli.printStatus(text('was_running', { url: client.url }))
    else if (!flags.once)
      await waitUntilStopped(cli, { client, text, interruption, path: `/p/${sweep.project}/sweeps/${sweep.number}` })
    return sweep.phase === 'done' && (sweep.counts.failed ?? 0) === 0 ? EXIT.ok : EXIT.failed
  } finally {
    if (isNew && findClient(cli)) await down(cli)
  }
}

function readFlags(text: Text): Flags {
  try {
    return parseArgs({
      options: { once: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
    }).values
  } catch (error) {
    throw new CliExit(EXIT.usage, text('usage', { detail: (error as Error).message }))
  }
}

/**
 * The interruption of this program by a signal: whether a signal has arrived, and a promise that resolves when it does.
 */
interface Interruption {
  readonly hasHappened: boolean
  readonly happened: Promise<void>
}

/** Watches for signals. The first one resolves `happened`, for an orderly end; the second one exits at once. */
function watchSignals(): Interruption {
  const { promise, resolve } = Promise.withResolvers<void>()
  let count = 0
  const onSignal = (): void => {
    count += 1
    if (count > 1) process.exit(EXIT.interrupted)
    resolve()
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  if (hasLauncher() && process.channel) {
    // The channel closes when the launcher ends. A launcher that was killed could not forward a signal before.
    process.on('disconnect', onSignal)
    process.channel.unref()
  }

  return {
    happened: promise,
    get hasHappened() {
      return count > 0
    },
  }
}

interface RunOptions {
  readonly host: HostInfo
  readonly text: Text
  readonly interruption: Interruption
}

/** Submits the example and shows its progress. Returns the sweep after its end, or after it was stopped by a signal. */
async function runSweep(cli: Cli, client: Client, { host, text, interruption }: RunOptions): Promise<SweepView> {
  const { digest } = await uploadFolder(cli, client, folder)
  const body = { id: randomUUID(), sources: readSources(['group.yml'], folder), params: {}, host, snapshot: digest }
  const { number } = await client.call('submit', { body })
  const { trials, concurrency, method, seed } = await getSweep(client, number)
  cli.printStatus(cli.formatMessage('submitted_sweep', { number, trials: trials ?? '∞', concurrency, method, seed }))

  const following = follow(cli, client, { kind: 'sweep', number }).catch(ignoreSweepFailure)
  await Promise.race([following, interruption.happened])
  if (interruption.hasHappened) await stopSweep(cli, client, { number, text, following })
  return getSweep(client, number)
}

function getSweep(client: Client, number: number): Promise<SweepView> {
  return client.call('getSweep', { params: { sweep: number } })
}

/**
 * Ignores a CliExit of `follow`, which has printed already that the
 * sweep failed. If the server is unreachable, the next request throws.
 */
function ignoreSweepFailure(error: unknown): void {
  if (!(error instanceof CliExit)) throw error
}

const STOP_TIMEOUT_MS = 20_000

/**
 * Stops the sweep and waits at most STOP_TIMEOUT_MS for its end. Trials
 * that are not stopped would continue after the server has ended.
 */
async function stopSweep(
  cli: Cli,
  client: Client,
  { number, text, following }: { number: number; text: Text; following: Promise<void> },
): Promise<void> {
  if (isSweepEnded((await getSweep(client, number)).phase)) return
  cli.printStatus(['', text('stopping')])
  await client.call('stopSweep', { params: { sweep: number } })
  await Promise.race([following, pause(STOP_TIMEOUT_MS)])
}

interface Shown {
  readonly sweep: SweepView
  readonly text: Text
  readonly isUp: boolean
}

async function showResult(cli: Cli, client: Client, { sweep, text, isUp }: Shown): Promise<void> {
  const { best, number } = sweep
  const { wallSeconds, idealSeconds } = toSummary(sweep, client.url)

  cli.printStatus(
    text('speed', {
      work: formatDuration(sweep.runSeconds),
      wall: formatDuration(wallSeconds),
      concurrency: sweep.concurrency,
      ratio: (wallSeconds / idealSeconds).toFixed(2),
    }),
  )

  const run = best && (await client.call('getRun', { params: { run: best.number } }))
  const places = [
    [text('data'), cli.config.dataDir],
    ...(run ? [[text('outputs'), run.attempts.at(-1)?.outputsPath ?? '-']] : []),
    [text('example_label'), folder],
  ]
  cli.printStatus([
    '',
    ...formatTable(places),
    '',
    text('next'),
    ...formatTable(nextSteps({ number, best, isUp }, text)),
    '',
  ])
}

function nextSteps(
  { number, best, isUp }: { number: number; best: SweepView['best']; isUp: boolean },
  text: Text,
): string[][] {
  return [
    ...(isUp ? [] : [['  npx hagane up --detach', text('next_up')]]),
    [`  npx hagane ls --sweep ${number}`, text('next_ls')],
    ...(best
      ? [
          [`  npx hagane show ${best.number}`, text('next_show')],
          [`  npx hagane logs ${best.number}`, text('next_logs')],
          [`  npx hagane metrics ${best.number} ${best.metric}`, text('next_metrics')],
        ]
      : []),
    ['  npx hagane down', text('next_down')],
  ]
}

/**
 * Summarises a sweep. `wallSeconds` is the time from its submission to its end. `idealSeconds` is the time that the
 * same runs would take if as many as its concurrency ran at every moment.
 */
function toSummary(sweep: SweepView, url: string) {
  const { succeeded = 0, failed = 0 } = sweep.counts
  const best = sweep.best && { params: sweep.best.params, metric: sweep.best.metric, value: sweep.best.value }
  const wallSeconds = (Date.parse(sweep.endedAt ?? sweep.createdAt) - Date.parse(sweep.createdAt)) / 1000

  return {
    sweep: sweep.number,
    trials: sweep.trials,
    succeeded,
    failed,
    best,
    wallSeconds,
    idealSeconds: sweep.runSeconds / sweep.concurrency,
    url,
  }
}

const HEALTH_POLL_MS = 1000

/** Prints the address of the dashboard. Waits until a signal arrives or the server no longer responds. */
async function waitUntilStopped(
  cli: Cli,
  { client, text, interruption, path }: { client: Client; text: Text; interruption: Interruption; path: string },
): Promise<void> {
  cli.printStatus(text('staying', { url: await signInUrl(client, path) }).split('\n'))

  const isUp = (): Promise<boolean> =>
    client.call('health').then(
      () => true,
      () => false,
    )
  while (!interruption.hasHappened && (await isUp())) await Promise.race([interruption.happened, pause(HEALTH_POLL_MS)])
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs))
}

const cli = createCli()
const text: Text = (name, args) => fill(TEXTS[cli.config.locale][name], args)
try {
  process.exit(await main(cli, text))
} catch (error) {
  cli.printStatus(toProblemLines(cli, error))
  process.exit(error instanceof CliExit ? error.status : EXIT.failed)
}
