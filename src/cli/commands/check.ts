import { toProblemView } from '../../contract/problem-view.ts'
import type { Problem } from '../../contract/problems.ts'
import { EXIT } from '../../contract/errors.ts'
import { toPlain } from '../../contract/values.ts'
import { spaceSize } from '../../core/search/space.ts'
import { checkDocument } from '../../core/language/check.ts'
import type { CheckResult } from '../../core/language/check.ts'
import { SpecError } from '../../core/language/document.ts'
import type { Source } from '../../core/language/document.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'
import { readParams, readSources } from '../documents.ts'
import { commandLines, formatProblem } from '../output.ts'
import { createPaint } from '../screen.ts'

/** Flags of all commands that read a document. */
export interface DocumentFlags {
  readonly file: readonly string[]
  readonly param: readonly string[]
  /** Polyaxon's option `--params`, with the same meaning as `--param`. */
  readonly params?: readonly string[]
  readonly json?: boolean
}

/** Number of first trials whose parameters and commands are printed. */
const SHOWN = 3

/**
 * `hagane check`: prints the plan of a document and all its problems, and starts no run. Throws CliExit if the document
 * has errors.
 */
export async function check(cli: Cli, flags: DocumentFlags): Promise<void> {
  let sources: readonly Source[] = []
  try {
    sources = readSources(flags.file, process.cwd())
    const checked = checkDocument(sources, readParams(flags), SHOWN)

    if (flags.json)
      return cli.print(
        JSON.stringify({ ok: true, ...toShown(checked), warnings: toViews(cli, checked.warnings), errors: [] }),
      )

    showProblems(cli, sources, checked.warnings, 'warning')
    showPlan(cli, checked)
  } catch (error) {
    if (!(error instanceof SpecError)) throw error

    if (flags.json)
      cli.print(
        JSON.stringify({
          ok: false,
          kind: null,
          trials: null,
          params: [],
          commands: [],
          plan: null,
          warnings: [],
          errors: toViews(cli, error.problems),
        }),
      )
    else showProblems(cli, sources, error.problems, 'error')

    throw new CliExit(EXIT.usage, flags.json ? '' : cli.formatMessage('check_failed', { count: error.problems.length }))
  }
}

function toShown({ plan, trials, first }: CheckResult) {
  return {
    kind: plan.kind,
    trials,
    params: first.map(({ params }) => toPlain(params)),
    commands: commandsOf(first),
    plan: toPlain(plan),
  }
}

function commandsOf(first: CheckResult['first']): string[] {
  return first.flatMap(({ command }) => command ?? [])
}

/** Prints problems to standard error, each with the line of the document where it is. */
export function showProblems(
  cli: Cli,
  sources: readonly Source[],
  problems: readonly Problem[],
  level: 'warning' | 'error',
): void {
  const texts = new Map(sources.map((source) => [source.file, source.text]))
  const paint = createPaint(cli.config.hasColor)
  const style = level === 'error' ? 'red' : 'yellow'

  for (const view of toViews(cli, problems))
    cli.printStatus([...formatProblem(view, texts, { paint, label: cli.formatMessage(level), style }), ''])
}

function toViews(cli: Cli, problems: readonly Problem[]) {
  return problems.map((problem) => toProblemView(problem, cli.config.locale))
}

function showPlan(cli: Cli, { plan, trials, first }: CheckResult): void {
  const paint = createPaint(cli.config.hasColor)
  cli.print(paint('green', cli.formatMessage('check_ok', { kind: plan.kind })))

  if (plan.kind === 'group') {
    const size = spaceSize(plan.space)
    cli.print(
      `  ${plan.method.name}, ${trials === null ? cli.formatMessage('trials_unlimited') : cli.formatMessage('trials', { count: trials })}${size === undefined ? '' : ` / ${size}`}, concurrency ${plan.concurrency}`,
    )
    for (const axis of plan.space)
      cli.print(`  ${axis.name}: ${paint('dim', JSON.stringify(toPlain({ ...axis, name: undefined })))}`)
  }

  for (const command of commandsOf(first)) cli.print(commandLines(command))
}
