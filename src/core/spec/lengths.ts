import { LIMITS } from '../../contract/limits.ts'
import type { BuildPlan, CommandPlan } from '../../contract/plan.ts'
import { TemplateValueError } from './template.ts'

const encoder = new TextEncoder()

/** Throws TemplateValueError for a command that no system starts: with too long a text, argument or variable, or too much of them. */
export function refuseTooLong(command: CommandPlan | null, build: BuildPlan | null): void {
  const texts = [
    ...(command ? [['the command', command.script] as const, ...command.args.map((arg) => ['a value in the command', arg] as const)] : []),
    ...(build?.envVars ?? []).map(([name, value]) => [`the variable ${name}`, `${name}=${value}`] as const),
  ]
  let total = 0
  for (const [what, text] of texts) {
    const size = encoder.encode(text).length
    total += size
    if (size > LIMITS.commandWordBytesMax)
      throw new TemplateValueError(
        `${what} has ${size} bytes, at most ${LIMITS.commandWordBytesMax} can be handed to a program in one piece; a script reads a longer value with get_params()`,
      )
  }
  if (total > LIMITS.commandBytesMax)
    throw new TemplateValueError(
      `the command with its values and variables has ${total} bytes, at most ${LIMITS.commandBytesMax} can be handed to a program; a script reads longer values with get_params()`,
    )
}
