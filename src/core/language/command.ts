import type { ValueMap } from '../../contract/values.ts'
import { assertNever } from '../assert.ts'
import { assertValueFits } from './lengths.ts'
import { renderPieces, TemplateValueError } from './template.ts'
import type { Piece } from './template.ts'

/**
 * Builds the command of a run from the lines of `run.cmd`: a shell script in which every value stands as a literal,
 * quoted for its place. The shell never reads a value as code; functions, `set --` and `shift` cannot change a value.
 *
 * The author's text is read as Polyaxon 0.6.1 reads it: it is split at white space, lone backslashes are dropped, other
 * backslashes are stripped from the ends of words, and the words are joined by single spaces. The lines of a list are
 * joined by `&&`. Throws TemplateSyntaxError and TemplateValueError, the latter also when no command is left.
 */
export function buildCommand(lines: readonly string[], scope: ValueMap): string {
  const values: Piece[] = []
  const script = lines
    .filter((line) => line.trim() !== '')
    .map((line) => normalizeWords(withPlaceholders(renderPieces(line, scope), values)))
    .filter((line) => line !== '')
    .join(' && ')

  if (script === '') throw new TemplateValueError('command_nothing')

  return replacePlaceholders(script, values)
}

// Until a value is quoted, a placeholder stands for it: NUL, index, NUL. No command line can contain a NUL of its own.
const PLACEHOLDER_EDGE = '\0'

/**
 * Joins the pieces of a line, with placeholders for values, and appends the values to `values`. An empty value is left
 * out, unless it is a parameter: that is one empty argument.
 */
function withPlaceholders(pieces: readonly Piece[], values: Piece[]): string {
  return pieces
    .map((piece) => {
      const text = piece.type === 'words' ? piece.words.join(' ') : piece.text
      if (text.includes(PLACEHOLDER_EDGE)) throw new TemplateValueError('command_nul')
      if (piece.type === 'text') return text
      if (text === '' && !(piece.type === 'value' && piece.isParameter)) return ''
      values.push(piece)
      return `${PLACEHOLDER_EDGE}${values.length - 1}${PLACEHOLDER_EDGE}`
    })
    .join('')
}

function normalizeWords(text: string): string {
  return text
    .split(/\s+/)
    .map((token) => token.replace(/^\\+|\\+$/g, ''))
    .filter((token) => token !== '')
    .join(' ')
}

/** How the shell reads a character at a place. `brace` is `${ }` inside double quotes, `ansi` is `$' '`. */
type Context = 'bare' | 'double' | 'brace' | 'single' | 'ansi' | 'comment' | 'backtick' | 'arithmetic'

// Words that need no quotes. `=` is not allowed: at the start of a command NAME=VALUE would be an assignment.
const UNQUOTED_WORD = /^[A-Za-z0-9_@%+:,./-]+$/
const NUMBER = /^[+-]?\d[\w.]*$/

/** Walks the script as a shell reads its quotes, and replaces each placeholder by its value, quoted for its place. */
function replacePlaceholders(script: string, values: readonly Piece[]): string {
  const stack: Context[] = ['bare']
  let text = ''

  for (let at = 0; at < script.length; at += 1) {
    const context = stack.at(-1)!
    if (script[at] === PLACEHOLDER_EDGE) {
      const end = script.indexOf(PLACEHOLDER_EDGE, at + 1)
      const piece = values[Number(script.slice(at + 1, end))]!
      for (const [index, word] of wordsOf(piece, context).entries())
        text += `${index > 0 ? ' ' : ''}${quoteAtPlace(word, stack, { before: text, after: script[end + 1] })}`
      at = end
      continue
    }

    const token = nextToken(script, at, context, stack)
    text += script[at + token.length] === PLACEHOLDER_EDGE ? beforeValue(token, context) : token
    at += token.length - 1
  }

  return text
}

/**
 * Returns a token that stands directly before a value. A backslash or dollar sign there must neither escape the value
 * nor expand it, so it is escaped, or dropped.
 */
function beforeValue(token: string, context: Context): string {
  if (context === 'single' || context === 'comment') return token
  if (token === '$') return '\\$'
  if (token !== '\\') return token
  return context === 'double' || context === 'brace' || context === 'ansi' ? '\\\\' : ''
}

function isWordBoundary(char: string | undefined): boolean {
  return char === undefined || /\s/.test(char)
}

/** Returns the arguments of a value: several only for the `words` filter outside quotes. */
function wordsOf(piece: Piece, context: Context): readonly string[] {
  if (piece.type === 'words')
    return context === 'bare' || context === 'backtick' ? piece.words : [piece.words.join(' ')]
  if (piece.text === '' && context !== 'bare' && context !== 'backtick') return []
  return [piece.text]
}

/** The text before a value, and the character after it. */
interface Surroundings {
  readonly before: string
  readonly after: string | undefined
}

/** Returns a value as it must be written at its place. `stack` holds the open contexts, the innermost last. */
function quoteAtPlace(word: string, stack: readonly Context[], beside: Surroundings): string {
  const context = stack.at(-1)!
  assertValueFits(word)
  // The shell evaluates an arithmetic operand again after its expansion, and an index in the operand may run commands.
  if (context === 'arithmetic' && !NUMBER.test(word)) throw new TemplateValueError('command_arithmetic')

  const quoted = quote(word, context, beside)
  const backtickDepth = stack.filter((one) => one === 'backtick').length
  // Inside backticks the shell removes one level of backslashes before it reads the command.
  return backtickDepth > 0 && context !== 'comment' ? quoted.replace(/[\\$`]/g, '\\$&') : quoted
}

function quote(word: string, context: Context, { before, after }: Surroundings): string {
  // Directly after `$NAME` a word without quotes would become part of the variable's name.
  const isAfterName = /\$\w+$/.test(before)
  // Directly before `<` or `>` a number without quotes would be read as a file descriptor.
  const isDescriptor = /^\d+$/.test(word) && (after === '<' || after === '>')
  const isSafe = UNQUOTED_WORD.test(word) && !isAfterName && !isDescriptor

  switch (context) {
    case 'single':
      return word.replaceAll("'", "'\\''")
    case 'ansi':
      return word.replace(/[\\']/g, '\\$&')
    // A newline would end the comment.
    case 'comment':
      return word.replace(/\s+/g, ' ')
    case 'double':
      return (isAfterName ? '""' : '') + doubleQuoted(word)
    // Inside `${ }` the shell reads a single quote as the start of a quoted text.
    case 'brace':
      return (isAfterName ? '""' : '') + doubleQuoted(word).replaceAll('}', '\\}').replaceAll("'", `"'"`)
    case 'bare':
    case 'backtick':
    case 'arithmetic':
      return isSafe ? word : `'${word.replaceAll("'", "'\\''")}'`
    default:
      return assertNever(context)
  }
}

function doubleQuoted(word: string): string {
  return word.replace(/[\\"$`]/g, '\\$&')
}

/** Returns the token of the author's text that begins at `at`, and moves the stack of contexts over it. */
function nextToken(script: string, at: number, context: Context, stack: Context[]): string {
  const char = script[at]!
  if (context === 'comment') return char

  if (context === 'single') {
    if (char === "'") stack.pop()
    return char
  }

  if (context === 'ansi') {
    if (char === '\\' && script[at + 1] !== PLACEHOLDER_EDGE) return script.slice(at, at + 2)
    if (char === "'") stack.pop()
    return char
  }

  if (char === '\\' && script[at + 1] !== PLACEHOLDER_EDGE) return script.slice(at, at + 2)
  if (script.startsWith('$$', at)) return '$$'

  if (char === '`') {
    if (stack.includes('backtick')) while (stack.pop() !== 'backtick');
    else stack.push('backtick')
    return char
  }

  const opening = /^\$?\(\(|^\$\[/.exec(script.slice(at, at + 3))?.[0]
  if (opening && !((context === 'double' || context === 'brace') && opening === '((')) {
    for (const mark of opening) if (mark !== '$') stack.push('arithmetic')
    return opening
  }

  if (context === 'arithmetic' && '([)]'.includes(char)) {
    if (char === '(' || char === '[') stack.push('arithmetic')
    else stack.pop()
    return char
  }

  if (script.startsWith('$(', at)) {
    stack.push('bare')
    return '$('
  }

  if (script.startsWith('${', at) && (context === 'double' || context === 'brace')) {
    stack.push('brace')
    return '${'
  }

  if (context === 'brace' && char === '}') stack.pop()

  if (char === '"') {
    if (context === 'double') stack.pop()
    else stack.push('double')
    return char
  }

  if (context === 'double' || context === 'brace') return char

  if (script.startsWith("$'", at)) {
    stack.push('ansi')
    return "$'"
  }

  if (char === "'") stack.push('single')
  else if (char === '(') stack.push('bare')
  else if (char === ')' && stack.length > 1 && context === 'bare') stack.pop()
  else if (char === '#' && isWordBoundary(script[at - 1])) stack.push('comment')
  return char
}

/**
 * Offsets in the author's text of a command: the first comment, and the line ends before it that are outside quotes.
 */
export interface CommentAndLineEnds {
  readonly comment: number | undefined
  readonly lineEnds: readonly number[]
}

/** Finds the first comment and the line ends in a command whose lines are not joined yet. Templates count as words. */
export function findCommentAndLineEnds(text: string): CommentAndLineEnds {
  const plain = text.replace(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|\{#[\s\S]*?#\}/g, (tag) => 'x'.repeat(tag.length))
  const stack: Context[] = ['bare']
  const lineEnds: number[] = []

  for (let at = 0; at < plain.length; at += 1) {
    const token = nextToken(plain, at, stack.at(-1)!, stack)
    if (stack.at(-1) === 'comment') return { comment: at, lineEnds }
    if (stack.at(-1) === 'bare')
      for (let offset = 0; offset < token.length; offset += 1) if (token[offset] === '\n') lineEnds.push(at + offset)
    at += token.length - 1
  }

  return { comment: undefined, lineEnds }
}
