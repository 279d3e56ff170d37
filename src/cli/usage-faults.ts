import type { CommanderError } from 'commander'

import { helpText } from '../contract/messages/help.ts'
import type { CliCode } from '../contract/messages/messages.ts'
import type { Cli } from './context.ts'

/** Sentences for the faults of usage that the parser of the command line finds, by its codes; the names come from its own sentence. */
const FAULTS: Readonly<Record<string, CliCode>> = {
  'commander.unknownOption': 'usage_option',
  'commander.unknownCommand': 'usage_command',
  'commander.missingArgument': 'usage_argument',
  'commander.optionMissingArgument': 'usage_value',
  'commander.excessArguments': 'usage_excess',
  'commander.conflictingOption': 'usage_conflict',
}

/** The lines for a command that was written wrongly, with the nearest name where there is one. */
export function usageLines(cli: Cli, { code, message }: CommanderError): string[] {
  const more = `(${helpText(cli.config.locale, 'more')})`
  const sentence = FAULTS[code]
  // A command without its subcommand shows its help by itself.
  if (sentence === undefined) return code.startsWith('commander.help') ? [] : [message, more]
  const [name = '', other = ''] = [...message.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map((match) => match[1]!)
  const near = /Did you mean (?:one of )?(.+?)\?/.exec(message)?.[1]
  return [cli.text(sentence, { name, other }), ...(near === undefined ? [] : [cli.text('usage_near', { near })]), more]
}
