import { Lexer } from 'yaml'
import type { YAMLParseError, YAMLWarning } from 'yaml'

import type { MistakeCode } from '../../contract/fields.ts'
import type { PlainArgs } from '../../contract/messages/messages.ts'

/** A mistake in YAML text: the code and arguments of its message, and its position. */
export interface YamlFault {
  readonly fault: FaultCode
  readonly args: PlainArgs
  /** Position of the mistake in characters from the start of the text. */
  readonly offset: number
}

/** Codes of the messages about mistakes in YAML. */
export type FaultCode = Extract<MistakeCode, `yaml_${string}`>

type Finding = Pick<YAMLParseError | YAMLWarning, 'code' | 'message' | 'pos'>

/**
 * Returns the mistake that explains the errors of the YAML parser (`findings`). One mistake may cause several errors,
 * often after its own position. Returns the result of the first rule in `RULES` that applies.
 */
export function diagnose(text: string, findings: readonly Finding[]): YamlFault {
  const [first] = [...findings].sort((a, b) => a.pos[0] - b.pos[0])
  const at = { text, finding: first!, findings }
  return (
    RULES.map((rule) => rule(at)).find((fault) => fault !== undefined) ?? {
      fault: 'yaml_unclear',
      args: {},
      offset: first!.pos[0],
    }
  )
}

// Matches a character that YAML 1.2 forbids even in quotes: a C0 control other than tab and line end, or half of a
// surrogate pair.
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\uffff\u{10000}-\u{10ffff}]/u

/** Returns the first character of a text that YAML forbids, named such as `U+0007`; undefined if there is none. */
export function forbiddenCharacter(text: string): { readonly name: string; readonly offset: number } | undefined {
  const found = FORBIDDEN.exec(text)
  return found
    ? { name: `U+${found[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`, offset: found.index }
    : undefined
}

/** Whether a text begins with an ideographic, no-break or other special space, which is not an indent in YAML. */
export function startsWithWideSpace(text: string): boolean {
  return /^ *[\u00a0\u2000-\u200b\u3000]/.test(text)
}

interface FaultContext {
  readonly text: string
  readonly finding: Finding
  readonly findings: readonly Finding[]
}

type Rule = (place: FaultContext) => YamlFault | undefined

/** Rules in order of precedence. Each returns one kind of mistake, or undefined. */
const RULES: readonly Rule[] = [
  findWideSpace,
  findWideColon,
  findTab,
  findOpenQuote,
  findOpenBracket,
  findCommentInText,
  findUnknownTag,
  findWrongEscape,
  findBadStart,
  findTextAfterEnd,
  findColonInText,
  findBadBlockHeader,
  findBadIndent,
  findMissingColon,
]

function findWideSpace({ text, finding }: FaultContext): YamlFault | undefined {
  const line = linesUpTo(text, finding.pos[0]).find((line) => startsWithWideSpace(line.text))
  return line && { fault: 'yaml_wide_space', args: {}, offset: line.offset + line.text.search(/[^ ]/) }
}

function findWideColon({ text, finding }: FaultContext): YamlFault | undefined {
  const line = linesUpTo(text, finding.pos[0]).find((line) => /^\s*(?:- +)?[\p{L}\p{N}_.-]+ *：/u.test(line.text))
  return line && { fault: 'yaml_wide_colon', args: {}, offset: line.offset + line.text.indexOf('：') }
}

function findTab({ text, finding, findings }: FaultContext): YamlFault | undefined {
  const line = lineAt(text, finding.pos[0])
  const at = /^\s*/.exec(line.text)![0].indexOf('\t')
  if (at !== -1) return { fault: 'yaml_tab', args: {}, offset: line.offset + at }
  const reported = findings.find(({ code }) => code === 'TAB_AS_INDENT')
  return reported && { fault: 'yaml_tab', args: {}, offset: reported.pos[0] }
}

function findOpenQuote({ text, findings }: FaultContext): YamlFault | undefined {
  if (!findings.some(({ code, message }) => code === 'MISSING_CHAR' && /closing ["']quote/.test(message)))
    return undefined
  const open = tokensOf(text).findLast(
    ({ source }) => /^["']/.test(source) && !/^(?:"(?:[^"\\]|\\[\s\S])*"|'(?:[^']|'')*')$/.test(source),
  )
  return open && { fault: 'yaml_quote', args: { mark: open.source[0]! }, offset: open.offset }
}

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']' }

function findOpenBracket({ text, findings }: FaultContext): YamlFault | undefined {
  const reported = findings.find(({ message }) => /^Flow (map|sequence)/.test(message))
  if (!reported) return undefined

  const open: { mark: string; offset: number }[] = []
  for (const { source, offset } of tokensOf(text)) {
    if (offset >= reported.pos[0]) break
    if (source === '{' || source === '[') open.push({ mark: source, offset })
    if (source === '}' || source === ']') open.pop()
  }

  const last = open.at(-1)
  return last && { fault: 'yaml_bracket', args: { mark: last.mark, close: CLOSING[last.mark]! }, offset: last.offset }
}

/** Finds a comment inside a text of several lines without quotes. YAML ends the text at the comment. */
function findCommentInText({ text, finding }: FaultContext): YamlFault | undefined {
  const line = lineAt(text, finding.pos[0])
  const before = linesUpTo(text, line.offset - 1).findLast(({ text }) => text.trim() !== '')
  const at = before && line.offset > 0 ? before.text.search(/\s#/) : -1
  if (at === -1 || before!.text.trimStart().startsWith('#') || ENTRY.test(line.text)) return undefined
  return { fault: 'yaml_comment', args: {}, offset: before!.offset + at + 1 }
}

const ENTRY = /^\s*(?:- +)?[\w.-]+:(?:\s|$)/

function findUnknownTag({ text, finding }: FaultContext): YamlFault | undefined {
  if (finding.code !== 'TAG_RESOLVE_FAILED') return undefined
  const found = /^\S+/.exec(text.slice(finding.pos[0]))?.[0] ?? '!'
  return { fault: 'yaml_tag', args: { found }, offset: finding.pos[0] }
}

function findWrongEscape({ text, finding }: FaultContext): YamlFault | undefined {
  if (finding.code !== 'BAD_DQ_ESCAPE') return undefined
  return {
    fault: 'yaml_escape',
    args: { found: text.slice(finding.pos[0], finding.pos[0] + 2) },
    offset: finding.pos[0],
  }
}

/** Finds a text without quotes that begins with a special character of YAML, such as `@` or `*`. */
function findBadStart({ text, finding }: FaultContext): YamlFault | undefined {
  if (finding.code !== 'BAD_SCALAR_START' && finding.code !== 'BAD_ALIAS') return undefined
  return { fault: 'yaml_start', args: { mark: text[finding.pos[0]]! }, offset: finding.pos[0] }
}

/** Finds text after the closing bracket or quote of a value. */
function findTextAfterEnd({ text, finding }: FaultContext): YamlFault | undefined {
  if (!/at node end/.test(finding.message)) return undefined

  const line = lineAt(text, finding.pos[0])
  const inner = line.text.search(/[^\s:{,[]\s*\{\{/)
  if (/^\s*(?:[^:'"]+:\s*)?\{/.test(line.text) && inner !== -1)
    return { fault: 'yaml_braces', args: {}, offset: line.offset + line.text.indexOf('{{', inner) }

  const [, before, mark] = /^(\s*(?:- +)*(?:[^:'"{[]+:\s+)?)(["'{[])/.exec(line.text) ?? []
  if (mark === undefined) return undefined
  if (mark === '{' || mark === '[') return { fault: 'yaml_start', args: { mark }, offset: line.offset + before!.length }
  return { fault: 'yaml_after_quote', args: { mark }, offset: finding.pos[0] }
}

function findColonInText({ text, finding }: FaultContext): YamlFault | undefined {
  if (finding.code !== 'BLOCK_AS_IMPLICIT_KEY') return undefined
  const line = lineAt(text, finding.pos[0])
  const from = finding.pos[0] - line.offset
  const at = line.text.slice(from).search(/:(?:\s|$)/)
  if (at !== -1) return { fault: 'yaml_colon', args: {}, offset: finding.pos[0] + at }
  const next = lineAfter(text, line)
  return next && { fault: 'yaml_indent', args: {}, offset: next.offset + next.text.search(/\S/) }
}

function findBadBlockHeader({ finding }: FaultContext): YamlFault | undefined {
  return /Block scalar header|Not a YAML token/.test(finding.message)
    ? { fault: 'yaml_block', args: {}, offset: finding.pos[0] }
    : undefined
}

function findBadIndent({ text, finding }: FaultContext): YamlFault | undefined {
  if (finding.code !== 'BAD_INDENT') return undefined
  const line = lineAt(text, finding.pos[0])
  return { fault: 'yaml_indent', args: {}, offset: line.offset + Math.max(0, line.text.search(/\S/)) }
}

function findMissingColon({ text, finding }: FaultContext): YamlFault | undefined {
  if (finding.code !== 'MULTILINE_IMPLICIT_KEY' && finding.code !== 'MISSING_CHAR') return undefined
  const line = lineAt(text, finding.pos[0])
  return {
    fault: 'yaml_no_colon',
    args: { found: line.text.trim().slice(0, 60) },
    offset: line.offset + Math.max(0, line.text.search(/\S/)),
  }
}

interface Line {
  readonly text: string
  readonly offset: number
}

function linesUpTo(text: string, offset: number): Line[] {
  const end = text.indexOf('\n', Math.max(0, offset))
  let at = 0
  return text
    .slice(0, end === -1 ? text.length : end)
    .split('\n')
    .map((line) => {
      const offset = at
      at += line.length + 1
      return { text: line, offset }
    })
}

function lineAt(text: string, offset: number): Line {
  return linesUpTo(text, offset).at(-1)!
}

/** Returns the next line after the given one that is not empty; undefined at the end of the text. */
function lineAfter(text: string, { text: line, offset }: Line): Line | undefined {
  const from = offset + line.length + 1
  const at = text.slice(from).search(/\S/)
  return at === -1 ? undefined : lineAt(text, from + at)
}

// Tokens of the lexer that are not characters of the text.
const LEXER_CONTROLS = new Set(['\u0002', '\u0018', '\u001f'])

function tokensOf(text: string): { source: string; offset: number }[] {
  let at = 0
  return [...new Lexer().lex(text)].flatMap((source) => {
    if (LEXER_CONTROLS.has(source)) return []
    const offset = at
    at += source.length
    return [{ source, offset }]
  })
}
