import type { ValueMap } from '../../contract/values.ts'
import { assertNever } from '../assert.ts'
import { refuseLongValue } from './lengths.ts'
import { renderPieces, TemplateValueError } from './template.ts'
import type { Piece } from './template.ts'

/**
 * Builds the command of a run from the lines of `run.cmd`: a text for a shell, in which every value stands as a literal,
 * quoted for the place where it stands. The shell never reads a value as code, and functions, `set --` and `shift` cannot
 * change one. The author's text is read as 0.6.1 reads it: split at any white space, lone backslashes dropped, others
 * stripped from the ends of words, joined by single spaces; the lines of a list are joined by `&&`. Throws
 * TemplateSyntaxError and TemplateValueError, the latter also when nothing is left.
 */
export function buildCommand(lines: readonly string[], scope: ValueMap): string {
  const values: Piece[] = []
  const script = lines
    .filter((line) => line.trim() !== '')
    .map((line) => clean(withMarks(renderPieces(line, scope), values)))
    .filter((line) => line !== '')
    .join(' && ')
  if (script === '') throw new TemplateValueError('command_nothing')
  return fillIn(script, values)
}

// A value stands as NUL, its index, NUL until quoting is decided: no command line can hold a NUL of its own.
const MARK = '\0'

function withMarks(pieces: readonly Piece[], values: Piece[]): string {
  return pieces
    .map((piece) => {
      const text = piece.type === 'words' ? piece.words.join(' ') : piece.text
      if (text.includes(MARK)) throw new TemplateValueError('command_nul')
      if (piece.type === 'text') return text
      if (text === '' && !(piece.type === 'value' && piece.isParameter)) return ''
      values.push(piece)
      return `${MARK}${values.length - 1}${MARK}`
    })
    .join('')
}

function clean(text: string): string {
  return text
    .split(/\s+/)
    .map((token) => token.replace(/^\\+|\\+$/g, ''))
    .filter((token) => token !== '')
    .join(' ')
}

/** `brace` is `${ }` inside double quotes, `ansi` is `$' '`. */
type Context = 'bare' | 'double' | 'brace' | 'single' | 'ansi' | 'comment' | 'backtick' | 'arithmetic'

// Without `=`: at the start of a command NAME=VALUE would be an assignment.
const SAFE = /^[A-Za-z0-9_@%+:,./-]+$/
const NUMBER = /^[+-]?\d[\w.]*$/

/** Walks the script as a shell would read its quotes and writes each value in the form its place needs. */
function fillIn(script: string, values: readonly Piece[]): string {
  const stack: Context[] = ['bare']
  let text = ''
  for (let at = 0; at < script.length; at += 1) {
    const context = stack.at(-1)!
    if (script[at] === MARK) {
      const end = script.indexOf(MARK, at + 1)
      const piece = values[Number(script.slice(at + 1, end))]!
      for (const [index, word] of wordsOf(piece, context).entries())
        text += `${index > 0 ? ' ' : ''}${literal(word, stack, { before: text, after: script[end + 1] })}`
      at = end
      continue
    }
    const token = nextToken(script, at, context, stack)
    text += script[at + token.length] === MARK ? beforeValue(token, context) : token
    at += token.length - 1
  }
  return text
}

/** A lone backslash or dollar right before a value is text of the author, not an escape or an expansion of the value. */
function beforeValue(token: string, context: Context): string {
  if (context === 'single' || context === 'comment') return token
  if (token === '$') return '\\$'
  if (token !== '\\') return token
  return context === 'double' || context === 'brace' || context === 'ansi' ? '\\\\' : ''
}

function isBreak(char: string | undefined): boolean {
  return char === undefined || /\s/.test(char)
}

function wordsOf(piece: Piece, context: Context): readonly string[] {
  if (piece.type === 'words')
    return context === 'bare' || context === 'backtick' ? piece.words : [piece.words.join(' ')]
  if (piece.text === '' && context !== 'bare' && context !== 'backtick') return []
  return [piece.text]
}

/** The text before a value, and the character after it. */
interface Beside {
  readonly before: string
  readonly after: string | undefined
}

/** A value as the shell reads it at the place that `stack` and the text before it describe. */
function literal(word: string, stack: readonly Context[], beside: Beside): string {
  const context = stack.at(-1)!
  // The shell evaluates an arithmetic operand again after expansion, and an index in it may run commands.
  refuseLongValue(word)
  if (context === 'arithmetic' && !NUMBER.test(word)) throw new TemplateValueError('command_arithmetic')
  const quoted = quote(word, context, beside)
  const ticks = stack.filter((one) => one === 'backtick').length
  // Between backticks a shell takes a backslash away before it reads the command.
  return ticks > 0 && context !== 'comment' ? quoted.replace(/[\\$`]/g, '\\$&') : quoted
}

function quote(word: string, context: Context, { before, after }: Beside): string {
  // After the name of a shell variable a plain word would become part of the name.
  const isAfterName = /\$\w+$/.test(before)
  // Before `>` a number would become the file it redirects.
  const isDescriptor = /^\d+$/.test(word) && (after === '<' || after === '>')
  const isSafe = SAFE.test(word) && !isAfterName && !isDescriptor
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
    // Here the shell takes a single quote for the start of a quoted text.
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

/** Reads one token of the author's text and moves the stack of quoting contexts over it. */
function nextToken(script: string, at: number, context: Context, stack: Context[]): string {
  const char = script[at]!
  if (context === 'comment') return char
  if (context === 'single') {
    if (char === "'") stack.pop()
    return char
  }
  if (context === 'ansi') {
    if (char === '\\' && script[at + 1] !== MARK) return script.slice(at, at + 2)
    if (char === "'") stack.pop()
    return char
  }
  if (char === '\\' && script[at + 1] !== MARK) return script.slice(at, at + 2)
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
  else if (char === '#' && isBreak(script[at - 1])) stack.push('comment')
  return char
}

/** Places in the author's text of a command: where a comment begins, and the ends of lines that stand outside quotes. */
export interface CommandPlaces {
  readonly comment: number | undefined
  readonly lineEnds: readonly number[]
}

/** Reads a command as it is written, its lines not yet joined. Templates count as plain words. */
export function findPlaces(text: string): CommandPlaces {
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
