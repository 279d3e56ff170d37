import { LIMITS } from '../../contract/limits.ts'
import type { BuildPlan, CommandPlan } from '../../contract/plan.ts'
import { TemplateValueError } from './template.ts'

const encoder = new TextEncoder()

/** Throws TemplateValueError for a command that no system starts: with too long a text or variable, or too much of them. */
export function refuseTooLong(command: CommandPlan | null, build: BuildPlan | null): void {
  const variables = (build?.envVars ?? []).map(([name, value]) => ({ name, size: bytesOf(`${name}=${value}`) }))
  const size = command ? bytesOf(command.script) : 0
  const word = { max: LIMITS.commandWordBytesMax }
  if (size > word.max) throw new TemplateValueError('command_long', { size, ...word })
  for (const variable of variables) if (variable.size > word.max) throw new TemplateValueError('variable_long', { ...variable, ...word })
  const total = variables.reduce((sum, variable) => sum + variable.size, size)
  if (total > LIMITS.commandBytesMax) throw new TemplateValueError('command_total_long', { size: total, max: LIMITS.commandBytesMax })
}

function bytesOf(text: string): number {
  return encoder.encode(text).length
}
