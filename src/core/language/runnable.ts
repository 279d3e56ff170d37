import { KIND_RULES } from '../kinds.ts'
import type { ProblemCode } from '../../contract/messages/messages.ts'
import type { Plan } from '../../contract/plan.ts'

/**
 * Returns why a valid plan cannot run, as a problem: its kind is not supported, or it lacks a command or build steps.
 * Returns undefined for a plan that can run. The problem is a warning when a document is compiled, and an error when it
 * is submitted.
 */
export function unrunnableReason(
  plan: Plan,
): { readonly code: ProblemCode; readonly args: Record<string, string>; readonly path: readonly string[] } | undefined {
  const noCommand = { code: 'run_required', args: {}, path: ['run'] } as const
  if (plan.kind === 'group') return plan.trial.cmd.length > 0 ? undefined : noCommand

  const { isRunnable, command } = KIND_RULES[plan.kind]
  if (!isRunnable) return { code: 'kind_not_built', args: { kind: plan.kind }, path: ['kind'] }
  if (command === 'document') return plan.command === null ? noCommand : undefined
  const hasSteps = (plan.build?.steps.length ?? 0) > 0
  return hasSteps ? undefined : { code: 'build_steps_required', args: {}, path: ['build_steps'] }
}
