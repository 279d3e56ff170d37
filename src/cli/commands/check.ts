import { toProblemView } from '../../contract/problem-view.ts'
import type { Plan } from '../../contract/plan.ts'
import type { Problem } from '../../contract/problems.ts'
import { EXIT } from '../../contract/errors.ts'
import { toPlain } from '../../contract/values.ts'
import { toTask } from '../../core/search/task.ts'
import { trialsOf } from '../../core/sweep/halving.ts'
import { firstPoints } from '../../core/search/registry.ts'
import { spaceSize } from '../../core/search/space.ts'
import { compileTrial, withResource } from '../../core/spec/compile.ts'
import { SpecError } from '../../core/spec/document.ts'
import type { Source } from '../../core/spec/document.ts'
import { loadPlan } from '../../core/spec/load.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'
import { readParams, readSources } from '../documents.ts'
import { createPaint, formatProblem, plainText } from '../output.ts'

export interface DocumentFlags {
  readonly file: readonly string[]
  readonly param: readonly string[]
  /** Polyaxon's spelling of `param`. */
  readonly params?: readonly string[]
  readonly json?: boolean
}

const SHOWN = 3

/** `hagane check`: the resolved form of a document, without running anything. */
export async function check(cli: Cli, flags: DocumentFlags): Promise<void> {
  let sources: readonly Source[] = []
  try {
    sources = readSources(flags.file, process.cwd())
    const { plan, warnings } = loadPlan(sources, readParams(flags))
    const trials = toTrials(plan)
    if (flags.json)
      return cli.print(
        JSON.stringify({ ok: true, kind: plan.kind, trials: trialCount(plan), ...trials, plan: toPlain(plan), warnings: toViews(cli, warnings), errors: [] }),
      )
    showProblems(cli, sources, warnings, 'warning')
    showPlan(cli, plan, trials)
  } catch (error) {
    if (!(error instanceof SpecError)) throw error
    if (flags.json)
      cli.print(
        JSON.stringify({ ok: false, kind: null, trials: null, params: [], commands: [], plan: null, warnings: [], errors: toViews(cli, error.problems) }),
      )
    else showProblems(cli, sources, error.problems, 'error')
    throw new CliExit(EXIT.usage, flags.json ? '' : cli.text('check_failed', { count: error.problems.length }))
  }
}

/** Problems with code frames, on standard error. */
export function showProblems(cli: Cli, sources: readonly Source[], problems: readonly Problem[], level: 'warning' | 'error'): void {
  const texts = new Map(sources.map((source) => [source.file, source.text]))
  const paint = createPaint(cli.config.hasColor)
  const style = level === 'error' ? 'red' : 'yellow'
  for (const view of toViews(cli, problems)) cli.say(`${formatProblem(view, texts, { paint, label: cli.text(level), style })}\n`)
}

function toViews(cli: Cli, problems: readonly Problem[]) {
  return problems.map((problem) => toProblemView(problem, cli.config.locale))
}

function toTrials(plan: Plan): { params: unknown[]; commands: (string | null)[] } {
  if (plan.kind !== 'group') return { params: [toPlain(plan.params)], commands: plan.command ? [plan.command.display] : [] }
  const runs = firstPoints(toTask(plan, { seed: plan.seed ?? 0 }), SHOWN).map((point) => compileTrial(plan, withResource(plan, point)))
  return { params: runs.map((run) => toPlain(run.params)), commands: runs.flatMap((run) => run.command?.display ?? []) }
}

/** Runs the document leads to; null when a search has no end. */
function trialCount(plan: Plan): number | null {
  if (plan.kind !== 'group') return 1
  return trialsOf(plan, { seed: plan.seed ?? 0, budget: plan.method.trialsMax })
}

function showPlan(cli: Cli, plan: Plan, { commands }: { commands: (string | null)[] }): void {
  const paint = createPaint(cli.config.hasColor)
  cli.print(paint('green', cli.text('check_ok', { kind: plan.kind })))
  if (plan.kind === 'group') {
    const count = trialCount(plan)
    const size = spaceSize(plan.space)
    cli.print(
      `  ${plan.method.name}, ${count === null ? cli.text('trials_unlimited') : cli.text('trials', { count })}${size === undefined ? '' : ` / ${size}`}, concurrency ${plan.concurrency}`,
    )
    for (const axis of plan.space) cli.print(`  ${axis.name}: ${paint('dim', JSON.stringify(toPlain({ ...axis, name: undefined })))}`)
  }
  for (const command of commands) cli.print(`  $ ${plainText(command ?? '')}`)
}
