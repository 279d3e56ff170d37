import type { ValueMap } from '../../contract/values.ts'
import { renderPieces, TemplateValueError } from './template.ts'
import type { Piece } from './template.ts'

/**
 * A command ready for a shell: `script` is the author's text, in which every value that is not plainly safe stands as
 * a quoted positional parameter, and `args` are those values. The shell never reads a value as code.
 */
export interface Command {
  readonly script: string
  readonly args: readonly string[]
  /** The same as one line a person could type. */
  readonly display: string
}

/**
 * Builds the command of a run from the lines of `run.cmd`. The author's text is read as 0.6.1 reads it: split at any
 * white space, lone backslashes dropped, others stripped from the ends of words, joined by single spaces; the lines of a
 * list are joined by `&&`. Throws TemplateSyntaxError and TemplateValueError, the latter also when nothing is left.
 */
export function buildCommand(lines: readonly string[], scope: ValueMap): Command {
  const values: Piece[] = []
  const script = lines
    .filter((line) => line.trim() !== '')
    .map((line) => clean(withMarks(renderPieces(line, scope), values)))
    .filter((line) => line !== '')
    .join(' && ')
  if (script === '') throw new TemplateValueError('nothing is left of the command')
  return fillIn(script, values)
}

// A value stands as NUL, its index, NUL until quoting is decided: no command line can hold a NUL of its own.
const MARK = '\0'

function withMarks(pieces: readonly Piece[], values: Piece[]): string {
  return pieces
    .map((piece) => {
      const text = piece.type === 'words' ? piece.words.join(' ') : piece.text
      if (text.includes(MARK)) throw new TemplateValueError('a command cannot hold a NUL character')
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

type Context = 'bare' | 'double' | 'single' | 'comment' | 'backtick' | 'arithmetic'

// Without `=`: at the start of a command NAME=VALUE would be an assignment.
const SAFE = /^[A-Za-z0-9_@%+:,./-]+$/
const NUMBER = /^[+-]?\d[\w.]*$/

/** Walks the script as a shell would read its quotes and writes each value in the form its place needs. */
function fillIn(script: string, values: readonly Piece[]): Command {
  const args: string[] = []
  const stack: Context[] = ['bare']
  let text = ''
  let display = ''
  for (let at = 0; at < script.length; at += 1) {
    const context = stack.at(-1)!
    if (script[at] === MARK) {
      const end = script.indexOf(MARK, at + 1)
      const piece = values[Number(script.slice(at + 1, end))]!
      for (const [index, word] of wordsOf(piece, context).entries()) {
        // The shell evaluates an arithmetic operand again after expansion, and an index in it may run commands.
        if (context === 'arithmetic' && !NUMBER.test(word)) throw new TemplateValueError('only a number can stand inside $(( ))')
        const gap = index > 0 ? ' ' : ''
        // After the name of a shell variable a plain word would become part of the name.
        text += gap + (SAFE.test(word) && !/\$\w+$/.test(text) ? word : reference(args.push(word), context))
        display += gap + literal(word, context)
      }
      at = end
      continue
    }
    const token = nextToken(script, at, context, stack)
    const written = script[at + token.length] === MARK ? beforeValue(token, context) : token
    text += written
    display += written
    at += token.length - 1
  }
  return { script: text, args, display }
}

/** A lone backslash or dollar right before a value is text of the author, not an escape or an expansion of the value. */
function beforeValue(token: string, context: Context): string {
  if (context === 'single' || context === 'comment') return token
  if (token === '$') return '\\$'
  return token === '\\' ? (context === 'double' ? '\\\\' : '') : token
}

function isBreak(char: string | undefined): boolean {
  return char === undefined || char === ' '
}

function wordsOf(piece: Piece, context: Context): readonly string[] {
  if (piece.type === 'words') return context === 'bare' || context === 'backtick' ? piece.words : [piece.words.join(' ')]
  if (piece.text === '' && context !== 'bare' && context !== 'backtick') return []
  return [piece.text]
}

function reference(number: number, context: Context): string {
  if (context === 'double') return `\${${number}}`
  if (context === 'single') return `'"\${${number}}"'`
  return `"\${${number}}"`
}

function literal(word: string, context: Context): string {
  if (context === 'single') return word.replaceAll("'", "'\\''")
  // A newline would end the comment where the line is typed.
  if (context === 'comment') return word.replace(/\s+/g, ' ')
  if (context === 'double') return word.replace(/[\\"$`]/g, '\\$&')
  return SAFE.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** Reads one token of the author's text and moves the stack of quoting contexts over it. */
function nextToken(script: string, at: number, context: Context, stack: Context[]): string {
  const char = script[at]!
  if (context === 'comment') return char
  if (context === 'single') {
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
  if (opening && !(context === 'double' && opening === '((')) {
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
  if (char === '"') {
    if (context === 'double') stack.pop()
    else stack.push('double')
    return char
  }
  if (context === 'double') return char
  if (char === "'") stack.push('single')
  else if (char === '(') stack.push('bare')
  else if (char === ')' && stack.length > 1 && context === 'bare') stack.pop()
  else if (char === '#' && isBreak(script[at - 1])) stack.push('comment')
  return char
}
