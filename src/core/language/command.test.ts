import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { Value } from '../../contract/values.ts'
import { buildCommand, findCommentAndLineEnds } from './command.ts'
import { TemplateValueError } from './template.ts'

let dir = ''
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'hagane-command-'))
  writeFileSync(
    join(dir, 'show.py'),
    'import sys\nsys.stdout.buffer.write(b"".join(a.encode("utf-8", "surrogateescape") + b"\\0" for a in sys.argv[1:]))\n',
  )
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Runs the command in bash and returns the arguments that its program receives. */
function argumentsOf(cmd: string | string[], scope: Record<string, Value> = {}): string[] {
  const out = execFileSync('/bin/bash', ['-c', buildCommand([cmd].flat(), scope), 'hagane'], {
    cwd: dir,
    encoding: 'utf8',
    stdio: 'pipe',
    env: { PATH: process.env['PATH'], HOME: dir, WHERE: 'place' },
  })
  return out.split('\0').slice(0, -1)
}

// The printf built into bash prints its arguments as a program would, and starts no process.
const RUN = "printf '%s\\0'"

const HOSTILE = [
  'plain',
  'two words',
  '  lead and trail  ',
  'tab\there',
  'line\nbreak',
  '\n',
  "it's",
  '"double"',
  `'"'"'`,
  '$(touch pwned)',
  '`touch pwned`',
  '$((1+1))',
  '${HOME}',
  '$HOME',
  '$$',
  '*',
  '?',
  '[a-z]*',
  '{a,b}',
  '~',
  '~root',
  '; touch pwned',
  ';touch pwned;',
  '& touch pwned',
  '&& touch pwned',
  '|| touch pwned',
  '| touch pwned',
  '> pwned',
  '< show.py',
  '(touch pwned)',
  '# touch',
  '-rf',
  '--help',
  '--',
  '',
  '\\',
  'a\\',
  '\\n',
  "'; touch pwned; '",
  '"; touch pwned; "',
  ') ; touch pwned ; (',
  '"$(touch pwned)"',
  '!x',
  'A=B',
  'PATH=/nowhere',
  'HOME',
  '日本語 と 空白',
  '😀',
  '\u2028',
  '{{ x }}',
  '${1}',
  'a[$(touch pwned)]',
]

/** Contexts in which a value stands, and the arguments that the program then receives. */
const CONTEXTS: readonly { name: string; cmd: string; expected: (value: string) => string[] }[] = [
  { name: 'a word of its own', cmd: `${RUN} {{ x }} end`, expected: (value) => [value, 'end'] },
  { name: 'an option', cmd: `${RUN} --a={{ x }} end`, expected: (value) => [`--a=${value}`, 'end'] },
  { name: 'inside a word', cmd: `${RUN} a{{ x }}b`, expected: (value) => [`a${value}b`] },
  { name: 'in double quotes', cmd: `${RUN} "<{{ x }}>"`, expected: (value) => [`<${value}>`] },
  { name: 'alone in double quotes', cmd: `${RUN} "{{ x }}"`, expected: (value) => [value] },
  { name: 'in single quotes', cmd: `${RUN} '<{{ x }}>'`, expected: (value) => [`<${value}>`] },
  {
    name: 'single quotes inside double quotes',
    cmd: `${RUN} "it's '{{ x }}'"`,
    expected: (value) => [`it's '${value}'`],
  },
  { name: 'double quotes inside single quotes', cmd: `${RUN} '"{{ x }}"'`, expected: (value) => [`"${value}"`] },
  { name: 'twice', cmd: `${RUN} {{ x }} "{{ x }}"`, expected: (value) => [value, value] },
  { name: 'glued to itself', cmd: `${RUN} {{ x }}{{ x }}`, expected: (value) => [value + value] },
  { name: 'before a separator', cmd: `${RUN} {{ x }}; true`, expected: (value) => [value] },
  { name: 'in a subshell', cmd: `(${RUN} {{ x }})`, expected: (value) => [value] },
  { name: 'before a pipe', cmd: `${RUN} {{ x }}|cat`, expected: (value) => [value] },
  {
    name: 'after an escaped quote',
    cmd: `${RUN} a\\"{{ x }} "\\"{{ x }}"`,
    expected: (value) => [`a"${value}`, `"${value}`],
  },
  { name: 'after a backslash', cmd: `${RUN} a\\{{ x }}`, expected: (value) => [`a${value}`] },
  { name: 'after a backslash in double quotes', cmd: `${RUN} "a\\{{ x }}"`, expected: (value) => [`a\\${value}`] },
  {
    name: 'after a dollar',
    cmd: `${RUN} \${{ x }} "\${{ x }}" '\${{ x }}'`,
    expected: (value) => [`$${value}`, `$${value}`, `$${value}`],
  },
  {
    name: 'in a function',
    cmd: `f() { ${RUN} "$1" {{ x }} "{{ x }}"; }; f one two`,
    expected: (value) => ['one', value, value],
  },
  {
    name: 'in an exported function',
    cmd: `g() { ${RUN} {{ x }}; }; export -f g; bash -c g`,
    expected: (value) => [value],
  },
  {
    name: 'after set and shift',
    cmd: `set -- p q; shift; ${RUN} "$1" {{ x }} "$#"`,
    expected: (value) => ['q', value, '1'],
  },
  { name: 'before a redirection', cmd: `${RUN} {{ x }}>&1`, expected: (value) => [value] },
  {
    name: 'as a default of a shell variable',
    cmd: `${RUN} "\${NOBODY:-{{ x }}}" "\${NOBODY:-a{{ x }}b}"`,
    expected: (value) => [value, `a${value}b`],
  },
  { name: 'in quotes of C', cmd: `${RUN} $'<{{ x }}\\n>'`, expected: (value) => [`<${value}\n>`] },
  {
    name: 'in a here string',
    cmd: `cat <<< {{ x }} | { IFS= read -rd '' y; ${RUN} "\${y%?}"; }`,
    expected: (value) => [value],
  },
  {
    name: 'after a shell variable',
    cmd: `${RUN} $WHERE{{ x }} "$WHERE{{ x }}"`,
    expected: (value) => [`place${value}`, `place${value}`],
  },
]

describe('A value in a command', () => {
  for (const { name, cmd, expected } of CONTEXTS) {
    it(`A value in a command arrives exactly and never runs as code: ${name}`, () => {
      // All values share one shell. Each has its own parameter name and its own line.
      const lines = HOSTILE.map((_, index) => cmd.replaceAll(/\bx\b/g, `x${index}`))
      const scope = Object.fromEntries(HOSTILE.map((value, index) => [`x${index}`, value]))

      expect(argumentsOf(lines, scope)).toEqual(HOSTILE.flatMap(expected))
      expect(readdirSync(dir)).toEqual(['show.py'])
    })
  }

  it('Each value in a command is one argument of a Python program', () => {
    const cmd = `python3 show.py ${HOSTILE.map((_, index) => `{{ x${index} }}`).join(' ')}`
    expect(argumentsOf(cmd, Object.fromEntries(HOSTILE.map((value, index) => [`x${index}`, value])))).toEqual(HOSTILE)
    expect(readdirSync(dir)).toEqual(['show.py'])
  })

  it('A value in a shell comment adds no argument and runs nothing', () => {
    for (const value of HOSTILE) expect(argumentsOf(`${RUN} a # {{ x }}`, { x: value })).toEqual(['a'])
    expect(readdirSync(dir)).toEqual(['show.py'])
  })

  it('A value inside $( ) or backticks, also nested or quoted, arrives exactly', () => {
    const show = `printf '[%s]'`
    for (const value of HOSTILE) {
      const inside = argumentsOf(
        `${RUN} "$(${show} {{ x }} "{{ x }}" '{{ x }}')" "\`${show} {{ x }}\`" "$(${show} "$(${show} {{ x }})")"`,
        { x: value },
      )
      expect(inside, JSON.stringify(value)).toEqual([`[${value}][${value}][${value}]`, `[${value}]`, `[[${value}]]`])
    }
    expect(readdirSync(dir)).toEqual(['show.py'])
  })

  it('A value is one argument, whatever its text (property)', () => {
    const text = fc
      .oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...`'"\`$(){}[]\\;&|<>*?~#! \n\t=-a1`) }))
      .filter((value) => !value.includes('\0'))

    fc.assert(
      fc.property(text, text, (x, y) => {
        expect(argumentsOf(`${RUN} {{ x }} --k={{ y }} "q {{ x }}" 'r {{ y }}' {{ y }}{{ x }}`, { x, y })).toEqual([
          x,
          `--k=${y}`,
          `q ${x}`,
          `r ${y}`,
          y + x,
        ])
      }),
      { numRuns: 150 },
    )

    expect(readdirSync(dir)).toEqual(['show.py'])
  })

  it('A value at the start of a command is not read as an assignment', () => {
    expect(() => argumentsOf('{{ x }} python3 show.py', { x: 'PATH=/nowhere' })).toThrow(/No such file/)
  })

  it('A value or a command with a NUL character is refused', () => {
    expect(() => buildCommand(['a {{ x }}'], { x: 'a\0b' })).toThrow(TemplateValueError)
    expect(() => buildCommand(['a \0 b'], {})).toThrow(TemplateValueError)
  })

  it('A value in arithmetic must be a number, because the shell would evaluate it a second time', () => {
    expect(
      argumentsOf(`${RUN} $(( {{ x }} * (2 + {{ x }}) )) {{ y }} "$(({{ x }}))" $[{{ x }}+1]`, { x: 3, y: 'a b' }),
    ).toEqual(['15', 'a b', '3', '4'])
    for (const cmd of ['echo $(( {{ x }} ))', 'echo "$(({{ x }}))"', '(( {{ x }} ))', 'echo $[ {{ x }} ]']) {
      for (const value of ['a[$(touch pwned)]', 'PATH'])
        expect(() => buildCommand([cmd], { x: value }), cmd).toThrow(TemplateValueError)
    }
  })
})

describe('Empty values', () => {
  it('An empty parameter is one argument; an empty expression or an undefined name is none', () => {
    expect(argumentsOf(`${RUN} {{ x }} {{ y }} {{ x | trim }} {{ x ~ x }} end`, { x: '' })).toEqual(['', 'end'])
  })
})

describe('The words filter', () => {
  it('The words filter makes several arguments, each of them quoted', () => {
    expect(argumentsOf(`${RUN} {{ x | words }} end`, { x: 'a  b $(touch pwned) *' })).toEqual([
      'a',
      'b',
      '$(touch',
      'pwned)',
      '*',
      'end',
    ])
    expect(argumentsOf(`${RUN} {{ x | words }} end`, { x: ['a b', 'c', 1] })).toEqual(['a b', 'c', '1', 'end'])
    expect(argumentsOf(`${RUN} {{ x | words }} end`, { x: '' })).toEqual(['end'])
    expect(argumentsOf(`${RUN} "{{ x | words }}"`, { x: 'a  b' })).toEqual(['a b'])
  })
})

describe('buildCommand cleans the text of the author', () => {
  const cases: readonly [string, string | string[], string][] = [
    ['joins lines and drops lone backslashes', 'python a.py \\\n  --b=1 \\\n  --c=2 \\', 'python a.py --b=1 --c=2'],
    ['joins the lines of a block even without backslashes', 'python a.py\necho done\n', 'python a.py echo done'],
    ['strips backslashes glued to a word', 'a --b=1\\ \\c', 'a --b=1 c'],
    ['keeps backslashes inside a word', 'a b\\c', 'a b\\c'],
    ['makes one space of several, inside quotes too', 'echo "a   b"\t\'c  d\'', 'echo "a b" \'c d\''],
    ['joins a list by &&', ['a 1', 'b'], 'a 1 && b'],
    ['leaves out empty items of a list', ['a', '', '  \\ ', 'b'], 'a && b'],
    [
      'leaves expansions of the author alone',
      'echo $HOME "${A:-x}" $(date) `date` *.py ~ | cat > f',
      'echo $HOME "${A:-x}" $(date) `date` *.py ~ | cat > f',
    ],
  ]

  for (const [name, cmd, script] of cases) it(name, () => expect(buildCommand([cmd].flat(), {})).toBe(script))

  it('A value that needs no quotes stands without quotes in the script', () => {
    const command = buildCommand(['run --lr={{ lr }} {{ path }} {{ text }}'], {
      lr: 0.00001,
      path: 'a/b-c_1.txt',
      text: 'a b',
    })

    expect(command).toBe("run --lr=1e-05 a/b-c_1.txt 'a b'")
  })

  it('A command that renders to nothing is refused', () => {
    expect(() => buildCommand(['{% if x %}run{% endif %}', ' \\ '], {})).toThrow(TemplateValueError)
  })
})

describe('A comment in a command', () => {
  it('A line break in a value does not end the comment around it', () => {
    expect(buildCommand(['a # {{ x }}'], { x: 'b\ntouch pwned' })).toBe('a # b touch pwned')
  })
})

describe('findPlaces', () => {
  const cases: readonly [text: string, comment: number | undefined, lineEnds: number[]][] = [
    ['a b', undefined, []],
    ['a\nb', undefined, [1]],
    ['a "x\ny" b\nc', undefined, [9]],
    ["a 'x # y' # z", 10, []],
    ['a#b ${#c} "#"', undefined, []],
    ['# first\nb', 0, []],
    ['a\n# b\nc', 2, [1]],
    ['{{ "# x" }} b', undefined, []],
    ['a $(b # c)', 6, []],
  ]

  it.each(cases)('findPlaces finds the comment and the line ends outside quotes in %j', (text, comment, lineEnds) => {
    expect(findCommentAndLineEnds(text)).toEqual({ comment, lineEnds })
  })
})
