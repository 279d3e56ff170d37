import type { z } from 'zod'

import { joinPhrases, phrase } from '../../contract/fields.ts'
import { CATALOGUES } from '../../contract/messages/messages.ts'
import type { Detail, DetailCode } from '../../contract/messages/messages.ts'

const FAULTS_MAX = 5

/**
 * Returns phrases that describe why a request does not fit its schema, each with its place in the request. At most
 * `FAULTS_MAX` issues are described. The schema must have parsed with `reportInput: true`.
 */
export function describeFaults(issues: readonly z.core.$ZodIssue[]): Detail {
  return joinPhrases(issues.slice(0, FAULTS_MAX).map((issue) => at(issue.path, describeFault(issue))))
}

/**
 * Returns the phrase of a fault with its place in the request, such as `params.lr`, in front. The phrase of a fault of
 * the whole request is returned unchanged.
 */
function at(path: readonly PropertyKey[], fault: Detail): Detail {
  return path.length === 0 ? fault : phrase('fault_at', { path: path.map(String).join('.'), fault })
}

function describeFault(issue: z.core.$ZodIssue): Detail {
  // Custom checks in schemas use the code of a phrase as the message of the issue.
  if (Object.hasOwn(CATALOGUES.en.details, issue.message)) return phrase(issue.message as DetailCode)
  if (issue.input === undefined && issue.path.length > 0) return phrase('fault_missing')

  switch (issue.code) {
    case 'invalid_type':
      return expectation(TYPES[issue.expected] ?? issue.expected)
    case 'invalid_value':
      return expectation(phrase('one_of', { known: issue.values.map(String).join(', ') }))
    case 'too_big':
      return phrase(LIMITS[issue.origin]?.max ?? 'fault_max', { max: String(issue.maximum) })
    case 'too_small':
      return phrase(LIMITS[issue.origin]?.min ?? 'fault_min', { min: String(issue.minimum) })
    case 'invalid_format':
      return phrase('fault_format', { format: issue.format === 'regex' ? String(issue.pattern) : issue.format })
    case 'unrecognized_keys':
      return phrase('fault_unknown', { keys: issue.keys.join(', ') })
    default:
      return phrase('fault_form')
  }
}

const expectation = (expected: Detail | string): Detail => phrase('fault_expected', { expected })

const TYPES: Partial<Record<string, Detail>> = {
  string: phrase('word_text'),
  number: phrase('word_number'),
  int: phrase('word_whole'),
  boolean: phrase('word_flag'),
  array: phrase('word_list'),
  object: phrase('word_object'),
  record: phrase('word_object'),
}

const LIMITS: Partial<Record<string, { readonly max: DetailCode; readonly min: DetailCode }>> = {
  string: { max: 'characters', min: 'fault_characters_min' },
  array: { max: 'fault_items_max', min: 'fault_items_min' },
}
