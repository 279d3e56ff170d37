import type { CommanderError } from 'commander'

import { helpText } from '../contract/messages/help.ts'
import type { CliCode } from '../contract/messages/messages.ts'
import type { Cli } from './context.ts'

/** Messages for usage errors, by commander's error codes. Their arguments are taken from commander's own message. */
const FAULTS: Readonly<Record<string, CliCode>> = {
  'commander.unknownOption': 'usage_option',
  'commander.unknownCommand': 'usage_command',
  'commander.missingArgument': 'usage_argument',
  'commander.optionMissingArgument': 'usage_value',
  'commander.excessArguments': 'usage_excess',
  'commander.conflictingOption': 'usage_conflict',
}

/** Returns the lines to print for a usage error, with the nearest name if commander suggests one. */
export function usageLines(cli: Cli, { code, message }: CommanderError): string[] {
  const more = `(${helpText(cli.config.locale, 'more')})`

  const sentence = FAULTS[code]
  // Commander prints the help itself for a command without its subcommand.
  if (sentence === undefined) return code.startsWith('commander.help') ? [] : [message, more]

  const [name = '', other = ''] = [...message.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map((match) => match[1]!)
  const near = /Did you mean (?:one of )?(.+?)\?/.exec(message)?.[1]
  return [
    cli.formatMessage(sentence, { name, other }),
    ...(near === undefined ? [] : [cli.formatMessage('usage_near', { near })]),
    more,
  ]
}
