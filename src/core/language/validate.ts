import type { z } from 'zod'

import { describeValue, phrase, mistakeArgs } from '../../contract/fields.ts'
import type { SentencePart } from '../../contract/fields.ts'
import type { Args, Detail, ProblemCode } from '../../contract/messages/messages.ts'
import type { Problem } from '../../contract/problems.ts'
import { KINDS, SPEC_SCHEMAS } from '../../contract/spec.ts'
import type { Kind, Spec } from '../../contract/spec.ts'
import { Float, isValueMap, LongInteger } from '../../contract/values.ts'
import { findNearest } from '../nearest.ts'
import { problemAt, SpecError } from './document.ts'
import type { Document, PathKey } from './document.ts'
import { presentPathOf } from './moved-keys.ts'
import { knownKeys, placesOf } from './schema-walk.ts'

/** Checks a document against the schema of its kind. Throws SpecError with every problem found. */
export function validateSpec(document: Document): Spec {
  const kind = readKind(document)
  const result = SPEC_SCHEMAS[kind].safeParse(document.data)
  if (result.success) return result.data
  const problems = result.error.issues.flatMap((issue) => toProblems(document, kind, issue))
  throw new SpecError(
    withoutFollowUps([...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()]),
  )
}

/**
 * Removes problems that another problem causes: those of fields after an empty section at the same level, which should
 * probably be indented under that section, and those of `isMistyped`.
 */
function withoutFollowUps(problems: readonly Problem[]): Problem[] {
  const empty = problems.filter(
    ({ code, args }) => code === 'wrong_type' && (args['detail'] as { detail?: string }).detail === 'nothing_under',
  )

  return problems.filter(
    (problem) =>
      !empty.some(
        (one) => one !== problem && one.line < problem.line && parentOf(one.path) === parentOf(problem.path),
      ) && !isMistyped(problem, problems),
  )
}

/** Whether a problem reports a field as missing that is only mistyped, or that is at the place of older documents. */
function isMistyped({ code, path, args }: Problem, problems: readonly Problem[]): boolean {
  if (code === 'matrix_required' || (code === 'required' && args['key'] === 'hptuning'))
    return problems.some((other) => /^(?:settings|matrix)$/.test(other.path))
  if (code !== 'required') return false

  return (
    problems.some(
      ({ code: other, args: near, path: at }) =>
        other === 'unknown_key_near' && near['near'] === args['key'] && parentOf(at) === parentOf(path),
    ) ||
    problems.some(
      ({ code: other, path: at, args: { remedy } }) =>
        other === 'unknown_key' && parentOf(at) === parentOf(path) && (remedy as Detail).args?.['place'] === path,
    )
  )
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.')))
}

function readKind(document: Document): Kind {
  const { kind } = document.data
  const fail = (code: ProblemCode, args: Args = {}): never => {
    throw new SpecError([problemAt(document, ['kind'], code, args)])
  }

  if (kind === undefined || kind === null) return fail('kind_required', { known: KINDS.join(', ') })
  if (kind === 'pipeline') return fail('kind_pipeline')
  const found = KINDS.find((known) => known === kind)
  return found ?? fail('not_in', { found: describeValue(kind), known: KINDS.join(', ') })
}

function toProblems(document: Document, kind: Kind, issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.filter((key): key is PathKey => typeof key !== 'symbol')
  const section = findNumberForSection(document, path, issue.code === 'unrecognized_keys')
  if (section) return [wrongType(document, section, phrase('word_map'))]

  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(document, kind, path, key))

  if (issue.code === 'custom') {
    const { code, args } = issue.params as { code: ProblemCode; args: Args }
    if (code === 'wrong_type' && 'expected' in args)
      return [wrongType(document, path, args['expected'] as SentencePart, args['found'] as SentencePart)]
    return [problemAt(document, path, code, code === 'required' ? { key: String(path.at(-1)) } : args)]
  }

  if (valueAt(document.data, path) === undefined)
    return [problemAt(document, path, 'required', { key: String(path.at(-1)) })]

  const expected = issue.code === 'invalid_type' ? (EXPECTED[issue.expected] ?? issue.expected) : issue.code
  return [wrongType(document, path, expected)]
}

/**
 * Returns the path of a number in place of a section; undefined if there is none. A `Float` or a `LongInteger` is an
 * object, so the schema treats it as a mapping and reports its properties instead.
 * @param includesPath - Whether the value at `path` itself may be the number, because the issue is about its keys.
 */
function findNumberForSection(
  document: Document,
  path: readonly PathKey[],
  includesPath: boolean,
): readonly PathKey[] | undefined {
  const prefixes = Array.from({ length: path.length + (includesPath ? 1 : 0) }, (_, length) => path.slice(0, length))
  return prefixes.find((one) => {
    const value = valueAt(document.data, one)
    return value instanceof Float || value instanceof LongInteger
  })
}

const EXPECTED: Partial<Record<string, SentencePart>> = {
  object: phrase('word_map'),
  record: phrase('word_map'),
  array: phrase('word_list'),
  string: phrase('word_text'),
  number: phrase('word_number'),
  boolean: phrase('word_flag'),
}

/** Matches a name followed by a full-width colon, probably a mistyped key. */
const WIDE_COLON = /^[\p{L}\p{N}_.-]+ *：/u

/** Returns the problem of a value of the wrong type, with a specific message if a common mistake explains it. */
function wrongType(
  document: Document,
  path: readonly PathKey[],
  expected: SentencePart,
  reported?: SentencePart,
): Problem {
  const found = valueAt(document.data, path)
  const key = String(path.at(-1))
  const expectedWord = typeof expected === 'string' ? expected : expected.detail
  const spelling = document.spellingAt(path)
  const problem = (args: Args): Problem => problemAt(document, path, 'wrong_type', args)

  if (typeof found === 'string' && WIDE_COLON.test(found))
    return problemAt(document, path, 'yaml_syntax', mistakeArgs('yaml_wide_colon'))
  if (expectedWord === 'word_map' && path.length === 1 && key === 'run' && typeof found === 'string')
    return problem(mistakeArgs('run_text', { found }))
  if (
    (expectedWord === 'word_map' || expectedWord === 'word_list') &&
    found === null &&
    typeof path.at(-1) === 'string'
  )
    return problem(mistakeArgs('nothing_under', { key }))
  if (expectedWord === 'word_map' && path.at(-2) === 'resources' && path.at(-3) === 'environment')
    return problem(
      mistakeArgs('resource_amount', {
        key,
        found: describeValue(found),
        meant: typeof found === 'number' ? String(found) : '2',
      }),
    )
  if (/^word_text/.test(expectedWord) && isValueMap(found) && Object.keys(found).length === 1)
    return problem(mistakeArgs('yaml_colon'))
  if (/^word_text/.test(expectedWord) && spelling !== undefined && found !== null)
    return problem(mistakeArgs('text_unquoted', { found: spelling }))
  return problem(mistakeArgs('wrong_kind', { expected, found: reported ?? describeValue(found) }))
}

function unknownKey(document: Document, kind: Kind, path: readonly PathKey[], key: string): Problem {
  const at = [...path, key]
  const known = knownKeys(kind, path)
  const renamed = presentPathOf(path, key)
  if (renamed !== undefined)
    return problemAt(document, at, 'unknown_key', mistakeArgs('old_word', { key, place: renamed }))

  const near =
    findNearest(key, known) ?? (path.length > 0 ? known.find((name) => name.startsWith(`${key}_`)) : undefined)
  if (near !== undefined) return problemAt(document, at, 'unknown_key_near', { key, near })

  const place = placesOf(kind, key)[0]
  if (path.length === 0 && isSectionOfAnotherKind(key)) {
    const remedy =
      place === undefined || SHARED_SECTIONS.has(key) ? phrase('section_remove') : phrase('section_place', { place })
    return problemAt(document, at, 'section_not_allowed', { section: key, kind, remedy })
  }

  if (place !== undefined)
    return problemAt(document, at, 'unknown_key', mistakeArgs('unknown_word_place', { key, place }))
  return problemAt(document, at, 'unknown_key', mistakeArgs('unknown_word', { key, known: known.join(', ') }))
}

/**
 * Sections that `build:` may have as well. At the top of a document of a kind without them, they are probably not meant
 * for the build, so the error suggests to remove them and not to move them into `build:`.
 */
const SHARED_SECTIONS = new Set(['params', 'declarations', 'inputs', 'outputs', 'environment', 'backend', 'framework'])

function isSectionOfAnotherKind(key: string): boolean {
  return KINDS.some((kind) => Object.hasOwn(SPEC_SCHEMAS[kind].shape, key))
}

function valueAt(data: unknown, path: readonly PathKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PathKey, unknown>)[key]
        : undefined,
    isValueMap(data) ? data : undefined,
  )
}
