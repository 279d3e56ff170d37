import { LIMITS } from '../../contract/limits.ts'
import type { BuildPlan, CommandPlan } from '../../contract/plan.ts'
import { TemplateValueError } from './template.ts'

const encoder = new TextEncoder()

/** Throws TemplateValueError if a text is longer than Linux allows for one argument of a program. */
export function assertValueFits(text: string): void {
  const size = bytesOf(text)
  if (size > LIMITS.commandWordBytesMax)
    throw new TemplateValueError('value_long', { size, max: LIMITS.commandWordBytesMax })
}

/**
 * Throws TemplateValueError if a command has a word or a variable that Linux refuses as too long, or if the script and
 * the variables together exceed `LIMITS.commandBytesMax`.
 * @param lines - The lines of `run.cmd` before rendering. `assertValueFits` checks inserted values.
 */
export function assertCommandFits(
  lines: readonly string[],
  command: CommandPlan | null,
  build: BuildPlan | null,
): void {
  const word = { max: LIMITS.commandWordBytesMax }
  const variables = (build?.envVars ?? []).map(([name, value]) => ({ name, size: bytesOf(`${name}=${value}`) }))
  for (const variable of variables)
    if (variable.size > word.max) throw new TemplateValueError('variable_long', { ...variable, ...word })

  const size = bytesOf(command?.script ?? '')
  const total = variables.reduce((sum, variable) => sum + variable.size, size)
  if (total > LIMITS.commandBytesMax)
    throw new TemplateValueError('command_total_long', { size: total, max: LIMITS.commandBytesMax })

  const longest =
    size > word.max
      ? lines.flatMap((line) => line.split(/\s+/)).reduce((most, text) => Math.max(most, bytesOf(text)), 0)
      : 0
  if (longest > word.max) throw new TemplateValueError('command_long', { size: longest, ...word })
}

function bytesOf(text: string): number {
  return encoder.encode(text).length
}
