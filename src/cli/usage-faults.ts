import type { CommanderError } from 'commander'

import { helpText } from '../contract/messages/help.ts'
import type { CliCode } from '../contract/messages/messages.ts'
import type { Cli } from './context.ts'

/**
 * Codes of messages for usage errors, by commander's error codes. The arguments are taken from the quoted names in
 * commander's own message.
 */
const FAULTS: Readonly<Record<string, CliCode>> = {
  'commander.unknownOption': 'usage_option',
  'commander.unknownCommand': 'usage_command',
  'commander.missingArgument': 'usage_argument',
  'commander.optionMissingArgument': 'usage_value',
  'commander.excessArguments': 'usage_excess',
  'commander.conflictingOption': 'usage_conflict',
}

/**
 * Returns the lines to print for a usage error: the message, the nearest valid name if commander suggests one, and how
 * to get help. Returns none if commander has printed the help.
 */
export function usageLines(cli: Cli, { code, message }: CommanderError): string[] {
  const more = `(${helpText(cli.config.locale, 'more')})`

  const sentence = FAULTS[code]
  // For a command without its subcommand, commander has already printed the help.
  if (sentence === undefined) return code.startsWith('commander.help') ? [] : [message, more]

  const [name = '', other = ''] = [...message.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map((match) => match[1]!)
  const near = /Did you mean (?:one of )?(.+?)\?/.exec(message)?.[1]
  return [
    cli.formatMessage(sentence, { name, other }),
    ...(near === undefined ? [] : [cli.formatMessage('usage_near', { near })]),
    more,
  ]
}
