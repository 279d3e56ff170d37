import type { ValueMap } from '../../contract/values.ts'
import { assertNever } from '../assert.ts'
import { assertValueFits } from './lengths.ts'
import { renderPieces, TemplateValueError } from './template.ts'
import type { Piece } from './template.ts'

/**
 * Returns the shell script of a run from the lines of `run.cmd`, with the values of its templates inserted as quoted
 * literals. The shell therefore never executes a value as code, and `set --` and `shift`, which change positional
 * parameters, cannot change a value.
 *
 * The text around the templates is changed as by Polyaxon 0.6.1: it is split at white space, backslashes are removed
 * from both ends of each word, and the words are joined by single spaces. The lines of a list are joined by `&&`.
 * Throws TemplateSyntaxError and TemplateValueError, the latter also if the script is empty.
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

// A placeholder marks the place of a value until it is quoted: NUL, index in the list of values, NUL. Texts with a NUL
// of their own are refused.
const PLACEHOLDER_EDGE = '\0'

/**
 * Joins the pieces of a line, with placeholders in place of values, and appends the values to `values`. An empty value
 * is left out; only an empty parameter (`{{ name }}`) stays, as one empty argument.
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

/** Quoting context of the shell at a place in the script. `brace`: `${ }` inside double quotes; `ansi`: `$' '`. */
type Context = 'bare' | 'double' | 'brace' | 'single' | 'ansi' | 'comment' | 'backtick' | 'arithmetic'

// Matches values that need no quotes. `=` needs them: at the start of a command, NAME=VALUE would be an assignment.
const UNQUOTED_WORD = /^[A-Za-z0-9_@%+:,./-]+$/
const NUMBER = /^[+-]?\d[\w.]*$/

/** Replaces each placeholder in a script by its value, quoted for the quoting context at that place. */
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
 * Returns a token for the place directly before a value. A backslash or dollar sign is escaped or removed there,
 * because it would escape or expand the start of the value.
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

/** Returns the arguments that a value becomes: one, or several for the `words` filter outside quotes. */
function wordsOf(piece: Piece, context: Context): readonly string[] {
  if (piece.type === 'words')
    return context === 'bare' || context === 'backtick' ? piece.words : [piece.words.join(' ')]
  if (piece.text === '' && context !== 'bare' && context !== 'backtick') return []
  return [piece.text]
}

/** The script before a value, and the character after the value; undefined at the end of the script. */
interface Surroundings {
  readonly before: string
  readonly after: string | undefined
}

/** Returns a value quoted for its place in the script. `stack` contains the open contexts, the innermost last. */
function quoteAtPlace(word: string, stack: readonly Context[], beside: Surroundings): string {
  const context = stack.at(-1)!
  assertValueFits(word)
  // In `$(( ))` only numbers are accepted: the shell evaluates an operand such as `a[$(cmd)]` and thereby runs
  // commands.
  if (context === 'arithmetic' && !NUMBER.test(word)) throw new TemplateValueError('command_arithmetic')

  const quoted = quote(word, context, beside)
  const backtickDepth = stack.filter((one) => one === 'backtick').length
  // Inside backticks the shell removes one level of backslashes before it parses the command.
  return backtickDepth > 0 && context !== 'comment' ? quoted.replace(/[\\$`]/g, '\\$&') : quoted
}

function quote(word: string, context: Context, { before, after }: Surroundings): string {
  // Directly after `$NAME`, a value without quotes would become part of the variable's name.
  const isAfterName = /\$\w+$/.test(before)
  // Directly before `<` or `>`, a number without quotes would be a file descriptor.
  const isDescriptor = /^\d+$/.test(word) && (after === '<' || after === '>')
  const isSafe = UNQUOTED_WORD.test(word) && !isAfterName && !isDescriptor

  switch (context) {
    case 'single':
      return word.replaceAll("'", "'\\''")
    case 'ansi':
      return word.replace(/[\\']/g, '\\$&')
    // A newline in the value would end the comment.
    case 'comment':
      return word.replace(/\s+/g, ' ')
    case 'double':
      return (isAfterName ? '""' : '') + doubleQuoted(word)
    // Inside `${ }` a single quote would begin a quoted text, although double quotes are around it.
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

/**
 * Returns the token of the script at offset `at`, and updates `stack` to the contexts that are open after the token.
 */
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
 * Offsets in a command as the document contains it: `comment` is the start of the first comment, `lineEnds` are the
 * line ends before it that are outside of quotes.
 */
export interface CommentAndLineEnds {
  readonly comment: number | undefined
  readonly lineEnds: readonly number[]
}

/** Finds the first comment and the line ends in the text of a command. Templates count as words. */
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
