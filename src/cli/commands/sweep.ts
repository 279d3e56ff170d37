import { EXIT } from '../../contract/errors.ts'
import { LIMITS } from '../../contract/limits.ts'
import { autoReasonText } from '../../contract/messages/messages.ts'
import type { AutoReasonCode } from '../../contract/messages/messages.ts'
import type { SweepPlan } from '../../contract/plan.ts'
import { isTerminal } from '../../contract/phases.ts'
import type { RunView } from '../../contract/run.ts'
import { measureName } from '../../contract/measure.ts'
import type { SweepView } from '../../contract/sweep.ts'
import { decodeValue } from '../../contract/values.ts'
import type { ValueMap } from '../../contract/values.ts'
import { findAutoChoice } from '../../core/search/methods/registry.ts'
import { median } from '../../core/search/halving/stopping.ts'
import { toTask } from '../../core/search/task.ts'
import { SpecError } from '../../core/language/document.ts'
import { loadPlan } from '../../core/language/load.ts'
import { countTrials } from '../../core/sweep/halving.ts'
import { measureOf, signOf } from '../../core/sweep/results.ts'
import { recordedObjective, simulateSweep, syntheticObjective } from '../../core/sweep/simulate.ts'
import type { SimulatedObjective, Simulation } from '../../core/sweep/simulate.ts'
import { requireClient } from '../client.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'
import { readParams, readSources } from '../documents.ts'
import { formatTable } from '../format-table.ts'
import { formatDuration, formatNumber, progressBar } from '../output.ts'
import { createPaint } from '../screen.ts'
import { showProblems } from './check.ts'
import type { DocumentFlags } from './check.ts'

interface Flags {
  readonly json?: boolean
}

/** `hagane sweep insight`: prints the best trial, the importance of each parameter, and the expected improvement. */
export async function insight(cli: Cli, number: string, flags: Flags): Promise<void> {
  const view = await requireClient(cli).call('getBeliefs', { params: { sweep: number } })
  if (flags.json) return cli.print(JSON.stringify(view))

  const { best, expectedImprovement, importance, borders, stopped } = view
  if (view.choice) cli.print(choiceText(cli, view.choice))
  cli.print(
    best
      ? cli.formatMessage('beliefs_best', {
          number: best.number,
          metric: measureName(view),
          value: formatNumber(best.value),
          finished: view.finished,
        })
      : cli.formatMessage('beliefs_none', { finished: view.finished }),
  )

  if (expectedImprovement !== null)
    cli.print(
      cli.formatMessage('beliefs_gain', { metric: measureName(view), value: formatNumber(expectedImprovement) }),
    )
  if (importance.length > 0) {
    const rows = importance.map(({ name, share, sd }) => [
      name,
      `${percent(share)} ± ${percent(sd)}`,
      progressBar(share),
    ])
    cli.print(
      formatTable(
        [[cli.formatMessage('beliefs_parameter'), cli.formatMessage('beliefs_importance'), ''], ...rows],
        cli.columns,
      ),
    )
  }

  const paint = createPaint(cli.config.hasColor)
  for (const { name, side } of borders)
    cli.print(
      paint('yellow', cli.formatMessage(side === 'low' ? 'beliefs_border_low' : 'beliefs_border_high', { name })),
    )

  if (stopped.trials > 0)
    cli.print(
      cli.formatMessage('beliefs_saved', { trials: stopped.trials, saved: formatDuration(stopped.savedSeconds) }),
    )
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}

/** Formats which method `auto` chose, and why. */
export function choiceText(cli: Cli, { method, reason }: NonNullable<SweepView['choice']>): string {
  return cli.formatMessage('auto_choice', { method, why: autoReasonText(cli.config.locale, reason as AutoReasonCode) })
}

/** `hagane sweep extend`: raises the number of trials of a sweep by `--trials`. */
export async function extend(cli: Cli, number: string, flags: Flags & { trials?: number }): Promise<void> {
  if (!flags.trials || !Number.isInteger(flags.trials) || flags.trials < 1)
    throw new CliExit(EXIT.usage, cli.formatMessage('extend_trials'))
  const sweep = await requireClient(cli).call('extendSweep', {
    params: { sweep: number },
    body: { trials: flags.trials },
  })
  if (flags.json) cli.print(JSON.stringify(sweep))
  else cli.print(cli.formatMessage('extended', { number: sweep.number, trials: sweep.trials ?? '∞' }))
}

/** `hagane sweep add`: adds a trial with the given parameters to a sweep. */
export async function add(cli: Cli, number: string, flags: Flags & Pick<DocumentFlags, 'param'>): Promise<void> {
  const params = Object.fromEntries(Object.entries(readParams(flags)).map(([name, text]) => [name, parseValue(text)]))
  if (Object.keys(params).length === 0) throw new CliExit(EXIT.usage, cli.formatMessage('point_params'))
  const answer = await requireClient(cli).call('addPoint', {
    params: { sweep: number },
    body: { params },
  })
  if (flags.json) cli.print(JSON.stringify(answer))
  else cli.print(cli.formatMessage(answer.isNew ? 'point_added' : 'point_known', { number: answer.number }))
}

/** Parses a value of the command line as JSON; returns text that is not JSON unchanged. */
function parseValue(text: string): unknown {
  try {
    return decodeValue(text)
  } catch {
    return text
  }
}

/**
 * Flags of `hagane sweep simulate`. `price` is per hour of machine time, `failures` the percentage of trials that fail,
 * `plays` the number of simulations, `trialTime` the duration of a trial such as `10m`, and `record` the number of an
 * earlier sweep.
 */
interface SimulateFlags extends DocumentFlags {
  readonly record?: string
  readonly trialTime: string
  readonly price?: number
  readonly failures: number
  readonly plays: number
}

/**
 * `hagane sweep simulate`: simulates a sweep `--plays` times with different seeds, and random search with the same
 * seeds for comparison. The objective is synthetic; with `--record` it is derived from the trials of an earlier sweep.
 */
export async function simulate(cli: Cli, flags: SimulateFlags): Promise<void> {
  const plan = readPlan(cli, flags)

  const trials = countTrials(plan, { seed: plan.seed ?? 0, budget: plan.method.trialsMax }) ?? 0
  if (trials > LIMITS.simulatedTrialsMax)
    throw new CliExit(EXIT.usage, cli.formatMessage('simulate_large', { trials, max: LIMITS.simulatedTrialsMax }))

  const secondsEach = toSeconds(flags.trialTime)
  if (secondsEach === undefined)
    throw new CliExit(EXIT.usage, cli.formatMessage('simulate_time', { found: flags.trialTime }))

  const recorded = flags.record === undefined ? undefined : await loadRecordedObjective(cli, plan, flags.record)
  const objectiveOf = (seed: number): SimulatedObjective =>
    recorded ?? syntheticObjective(plan, seed, { secondsEach, failShare: flags.failures / 100 })

  const seeds = Array.from({ length: flags.plays }, (_, index) => (plan.seed ?? 0) + index)
  const plays = seeds.map((seed) => simulateSweep(plan, seed, objectiveOf(seed)))
  const random = seeds.map((seed) => simulateSweep(toRandomPlan(plan, plays[0]!.trials), seed, objectiveOf(seed)))

  printSimulations(cli, flags, { plan, plays, random })
}

function readPlan(cli: Cli, flags: DocumentFlags): SweepPlan {
  const sources = readSources(flags.file, process.cwd())
  try {
    const { plan } = loadPlan(sources, readParams(flags))
    if (plan.kind !== 'group') throw new CliExit(EXIT.usage, cli.formatMessage('simulate_group', { kind: plan.kind }))
    return plan
  } catch (error) {
    if (!(error instanceof SpecError)) throw error
    showProblems(cli, sources, error.problems, 'error')
    throw new CliExit(EXIT.usage, cli.formatMessage('check_failed', { count: error.problems.length }))
  }
}

/** Returns a plan of random search over the same space with the same number of trials, each with the full resource. */
function toRandomPlan(plan: SweepPlan, trials: number): SweepPlan {
  return { ...plan, method: { name: 'random', trialsMax: trials }, firstPoints: [] }
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Converts a duration such as `90`, `10m` or `2h` to seconds; undefined if it is invalid or zero. */
function toSeconds(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text.trim())
  const seconds = match ? Number(match[1]) * UNITS[match[2] || 's']! : 0
  return seconds > 0 ? seconds : undefined
}

/**
 * Returns an objective made from the parameters and values of the ended trials of a sweep. Throws CliExit if no trial
 * has ended.
 */
async function loadRecordedObjective(cli: Cli, plan: SweepPlan, number: string): Promise<SimulatedObjective> {
  const runs = await allTrials(cli, number)
  const sign = signOf(plan)
  const { metric, part } = measureOf(plan)

  const trials = runs
    .filter(({ phase }) => isTerminal(phase))
    .map((run) => {
      const value = Number(run.metrics[metric]?.[part] ?? NaN)
      return {
        params: run.params as ValueMap,
        value: Number.isFinite(value) ? sign * value : null,
        seconds: secondsOf(run),
      }
    })

  if (trials.length === 0) throw new CliExit(EXIT.usage, cli.formatMessage('simulate_record', { number }))
  return recordedObjective(plan, trials)
}

async function allTrials(cli: Cli, number: string): Promise<RunView[]> {
  const client = requireClient(cli)
  const all: RunView[] = []
  for (let after: string | null | undefined; after !== null;) {
    const query = { sweep: number, limit: LIMITS.runsPageMax, ...(after && { cursor: after }) }
    const page = await client.call('listRuns', { query })
    all.push(...page.runs)
    after = page.next
  }
  return all
}

function secondsOf({ startedAt, endedAt }: RunView): number {
  return startedAt && endedAt ? (Date.parse(endedAt) - Date.parse(startedAt)) / 1000 : 0
}

/** Prints the medians of all simulations, and in how many of them the sweep was at least as good as random search. */
function printSimulations(
  cli: Cli,
  flags: SimulateFlags,
  { plan, plays, random }: { plan: SweepPlan; plays: readonly Simulation[]; random: readonly Simulation[] },
): void {
  const medianOf = (of: (play: Simulation) => number): number => median(plays.map(of))
  const hours = medianOf((play) => play.machineSeconds) / 3600
  const wins = plays.filter((play, i) => (play.best ?? Infinity) <= (random[i]!.best ?? Infinity)).length

  const summary = {
    method: plan.method.name,
    choice: findAutoChoice(toTask(plan, { seed: plan.seed ?? 0 })) ?? null,
    plays: plays.length,
    concurrency: plan.concurrency,
    trials: medianOf((play) => play.trials),
    failed: medianOf((play) => play.failed),
    cut: medianOf((play) => play.cut),
    wallSeconds: medianOf((play) => play.wallSeconds),
    machineSeconds: medianOf((play) => play.machineSeconds),
    cost: flags.price === undefined ? null : hours * flags.price,
    /**
     * Number of simulations whose best trial was at least as good as that of random search. Random search has as many
     * trials, each with the full resource.
     */
    notWorseThanRandom: wins,
  }

  if (flags.json) return cli.print(JSON.stringify(summary))
  if (summary.choice) cli.print(choiceText(cli, summary.choice))

  const unplayed = unsimulatedParts(plan)
  cli.print(
    formatTable(
      [
        [
          cli.formatMessage('simulate_trials'),
          `${summary.trials} (${cli.formatMessage('simulate_cut', { cut: summary.cut, failed: summary.failed })})`,
        ],
        [cli.formatMessage('simulate_wall', { concurrency: plan.concurrency }), formatDuration(summary.wallSeconds)],
        [cli.formatMessage('simulate_machine'), formatDuration(summary.machineSeconds)],
        ...(summary.cost === null
          ? []
          : [[cli.formatMessage('simulate_cost'), formatNumber(Number(summary.cost.toFixed(2)))]]),
      ],
      cli.columns,
    ),
  )

  cli.print(cli.formatMessage('simulate_random', { wins, plays: plays.length }))
  if (unplayed.length > 0) cli.print(cli.formatMessage('simulate_unplayed', { parts: unplayed.join(', ') }))
}

/** Returns the sections of a document that simulations ignore: stopping rules and conditions, and warm start. */
function unsimulatedParts({ stoppingRules, stopConditions, warmStart }: SweepPlan): string[] {
  return [
    ...(stoppingRules.length + stopConditions.length > 0 ? ['early_stopping'] : []),
    ...(warmStart.length > 0 ? ['warm_start'] : []),
  ]
}
