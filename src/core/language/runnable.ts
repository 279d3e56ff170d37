import type { ProblemCode } from '../../contract/messages/messages.ts'
import type { Plan } from '../../contract/plan.ts'

const RUNNABLE_KINDS: readonly string[] = ['experiment', 'job', 'build', 'group']

/**
 * Returns why a valid plan cannot be run; undefined for a plan that can. A document with such a plan gets a warning,
 * and its submission is refused.
 */
export function unrunnableReason(
  plan: Plan,
): { readonly code: ProblemCode; readonly args: Record<string, string>; readonly path: readonly string[] } | undefined {
  if (!RUNNABLE_KINDS.includes(plan.kind)) return { code: 'kind_not_built', args: { kind: plan.kind }, path: ['kind'] }
  if (plan.kind === 'build')
    return plan.build && plan.build.steps.length > 0
      ? undefined
      : { code: 'build_steps_required', args: {}, path: ['build_steps'] }
  const hasCommand = plan.kind === 'group' ? plan.trial.cmd.length > 0 : plan.command !== null
  return hasCommand ? undefined : { code: 'run_required', args: {}, path: ['run'] }
}
