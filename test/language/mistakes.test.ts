import { describe, expect, it } from 'vitest'

import { toProblemView } from '../../src/contract/problem-view.ts'
import type { Problem } from '../../src/contract/problems.ts'
import { checkDocument } from '../../src/core/language/check.ts'
import { SpecError } from '../../src/core/language/document.ts'

type Params = Readonly<Record<string, string>>

function checkText(
  text: string,
  params: Params = {},
): { problems: readonly Problem[]; warnings: readonly Problem[]; commands: (string | null)[] } {
  try {
    const { warnings, first } = checkDocument([{ file: 'a.yml', text }], params, 10)
    return { problems: [], warnings, commands: first.map(({ command }) => command) }
  } catch (error) {
    if (error instanceof SpecError) return { problems: error.problems, warnings: [], commands: [] }
    throw error
  }
}

const head = (kind: string, rest: string) => `version: 1\nkind: ${kind}\n${rest}`
const experimentOf = (rest: string) => head('experiment', rest)
const groupOf = (matrix: string, rest = 'run: {cmd: "t {{ a }}"}') =>
  head('group', `hptuning: {matrix: ${matrix}}\n${rest}`)

/**
 * A document with one mistake: its text, the place (`line:column`) and code of its only problem, and patterns for the
 * message and remedy in each language.
 */
type Mistake = readonly [name: string, text: string, place: string, code: string, english: RegExp, japanese: RegExp]

const MISTAKES: readonly Mistake[] = [
  ['bare list in the matrix', groupOf('{a: [0.1, 0.01]}'), '3:21', 'wrong_type', /bare list.*values/, /リスト.*values/],
  [
    'comment inside a text of several lines',
    experimentOf('run:\n  cmd: python t.py \\\n    --a 1 \\ # how many\n    --b 2'),
    '5:13',
    'yaml_syntax',
    /text ends at this #/,
    /この #/,
  ],
  [
    'colon in a text',
    experimentOf('run:\n  cmd: echo result: 5'),
    '4:19',
    'yaml_syntax',
    /begins a new field.*quotes/,
    /新しい項目.*引用符/,
  ],
  [
    'comma and colon in a text',
    experimentOf('run:\n  cmd: a, b: c'),
    '4:12',
    'yaml_syntax',
    /begins a new field/,
    /新しい項目/,
  ],
  [
    'text that begins with braces',
    experimentOf('params: {a: 1}\nrun:\n  cmd: {{ a }} x'),
    '5:8',
    'yaml_syntax',
    /begins with \{/,
    /\{ で始まる/,
  ],
  [
    'text that is braces alone',
    experimentOf('params: {a: 1}\nrun:\n  cmd: {{ a }}'),
    '5:9',
    'yaml_syntax',
    /begins with \{/,
    /\{ で始まる/,
  ],
  [
    'text that begins with a bracket',
    experimentOf('run:\n  cmd: [ -f x ] && y'),
    '4:8',
    'yaml_syntax',
    /begins with \[/,
    /\[ で始まる/,
  ],
  [
    'text that begins with a star',
    experimentOf('run:\n  cmd: *.py'),
    '4:8',
    'yaml_syntax',
    /begins with \*/,
    /\* で始まる/,
  ],
  [
    'text that begins with an exclamation mark',
    experimentOf('run:\n  cmd: !env X'),
    '4:8',
    'yaml_syntax',
    /!env.*quotes/,
    /!env.*引用符/,
  ],
  [
    'text that begins with a backtick',
    experimentOf('run:\n  cmd: `ls`'),
    '4:8',
    'yaml_syntax',
    /begins with `/,
    /` で始まる/,
  ],
  [
    'text after the closing quote',
    experimentOf('run:\n  cmd: "python" t.py'),
    '4:17',
    'yaml_syntax',
    /closing "/,
    /閉じの "/,
  ],
  ['full-width indent', experimentOf('run:\n　　cmd: t'), '4:1', 'yaml_syntax', /full-width.*space/, /行頭に全角/],
  [
    'no-break space as indent',
    experimentOf('run:\n\u00a0\u00a0cmd: t'),
    '4:1',
    'yaml_syntax',
    /no-break space/,
    /行頭に全角/,
  ],
  ['full-width colon', experimentOf('run：\n  cmd: t'), '3:4', 'yaml_syntax', /full-width colon/, /全角コロン/],
  [
    'full-width colon in the last line',
    experimentOf('run:\n  cmd：t'),
    '3:1',
    'yaml_syntax',
    /full-width colon/,
    /全角コロン/,
  ],
  [
    'full-width colon after a name in braces',
    experimentOf('run: {cmd: t}\nparams： {a: 1}'),
    '4:1',
    'yaml_syntax',
    /full-width colon/,
    /全角コロン/,
  ],
  [
    'full-width colon after a Japanese name',
    experimentOf('params:\n  学習率： 0.1\nrun: {cmd: t}'),
    '3:1',
    'yaml_syntax',
    /full-width colon/,
    /全角コロン/,
  ],
  [
    'braces inside braces',
    experimentOf('run: {cmd: python t.py --a {{ a }}}'),
    '3:28',
    'yaml_syntax',
    /\{\{ stands inside/,
    /\{\{ があります/,
  ],
  [
    'colon in an item of a list',
    experimentOf('run:\n  cmd:\n    - echo a: b'),
    '5:7',
    'wrong_type',
    /begins a new field/,
    /新しい項目/,
  ],
  [
    'mistyped field that is required',
    experimentOf('run: {cmdd: x}'),
    '3:7',
    'unknown_key_near',
    /did you mean cmd/,
    /cmd の間違い/,
  ],
  [
    'mistyped version',
    'verison: 1\nkind: experiment\nrun: {cmd: x}',
    '1:1',
    'unknown_key_near',
    /did you mean version/,
    /version の間違い/,
  ],
  [
    'matrix at the top, as in 0.3',
    head('group', 'matrix: {a: {values: [1]}}\nhptuning: {concurrency: 2}\nrun: {cmd: x}'),
    '3:1',
    'unknown_key',
    /hptuning.matrix/,
    /hptuning.matrix/,
  ],
  [
    'one value where a list of values is needed',
    groupOf('{a: {values: 0.1}}'),
    '3:21',
    'wrong_type',
    /0.1 stands here, and a list/,
    /リストが必要ですが、0.1/,
  ],
  [
    'number 2.0 for a section',
    experimentOf('environment: 2.0\nrun: {cmd: t}'),
    '3:1',
    'wrong_type',
    /2\.0.*lines/,
    /2\.0/,
  ],
  [
    'number 9007199254740993 for a section',
    experimentOf('environment: 9007199254740993\nrun: {cmd: t}'),
    '3:1',
    'wrong_type',
    /9007199254740993.*lines/,
    /9007199254740993/,
  ],
  [
    'long integer in a list of sections',
    head(
      'group',
      'hptuning: {early_stopping: [9007199254740992], matrix: {a: {values: [1]}}}\nrun: {cmd: "t {{ a }}"}',
    ),
    '3:29',
    'wrong_type',
    /9007199254740992.*lines/,
    /9007199254740992/,
  ],
  [
    'no value in a list of values',
    groupOf('{a: {values: []}}'),
    '3:21',
    'matrix_one_option',
    /values is empty/,
    /values が空/,
  ],
  [
    'number for a declared text',
    experimentOf('inputs: [{name: v, type: str}]\nparams: {v: 1.10}\nrun: {cmd: t}'),
    '4:10',
    'wrong_type',
    /quotes: "1.10"/,
    /"1.10"/,
  ],
  [
    'continuous axis for a whole number',
    head(
      'group',
      'inputs: [{name: n, type: int}]\nhptuning: {random_search: {n_experiments: 2}, matrix: {n: {uniform: [0, 1]}}}\nrun: {cmd: t}',
    ),
    '4:56',
    'wrong_type',
    /whole number/,
    /整数/,
  ],
  [
    'output of another run inside a command',
    experimentOf('run: {cmd: "t {{ jobs.1.outputs.z }}"}'),
    '3:7',
    'io_reference',
    /another run/,
    /別のラン/,
  ],
  ['tab as indent', experimentOf('run:\n\tcmd: t'), '4:1', 'yaml_syntax', /a tab/, /タブ/],
  [
    'unclosed double quote',
    experimentOf('run:\n  cmd: "python t.py\nparams: {a: 1}'),
    '4:8',
    'yaml_syntax',
    /never closed/,
    /閉じていません/,
  ],
  [
    'unclosed single quote',
    experimentOf("run:\n  cmd: 'python t.py\nparams: {a: 1}"),
    '4:8',
    'yaml_syntax',
    /never closed/,
    /閉じていません/,
  ],
  [
    'unclosed bracket',
    experimentOf('tags: [a, b\nrun: {cmd: t}'),
    '3:7',
    'yaml_syntax',
    /\[ opened here.*\]/,
    /\[ が閉じて/,
  ],
  [
    'unclosed brace',
    experimentOf('params: {a: 1\nrun: {cmd: t}'),
    '3:9',
    'yaml_syntax',
    /\{ opened here/,
    /\{ が閉じて/,
  ],
  [
    'backslash in double quotes',
    experimentOf('run:\n  cmd: "type C:\\path"'),
    '4:16',
    'yaml_syntax',
    /\\p means nothing/,
    /\\p は意味/,
  ],
  [
    'line that is indented too far',
    experimentOf('run:\n  cmd: t\n    x: y'),
    '5:5',
    'yaml_syntax',
    /indented differently/,
    /字下げ/,
  ],
  [
    'line that is indented too little',
    experimentOf('run:\n    cmd: t\n  x: y'),
    '5:3',
    'yaml_syntax',
    /indented differently/,
    /字下げ/,
  ],
  ['line without a colon', experimentOf('run\nname: x'), '3:1', 'yaml_syntax', /"run" is no/, /"run" は/],
  ['control character', experimentOf('name: x\nrun: {cmd: "a\u0007"}'), '4:14', 'yaml_syntax', /U\+0007/, /U\+0007/],
  ['escaped NUL', experimentOf('description: "a\\0b"\nrun: {cmd: t}'), '3:14', 'yaml_syntax', /U\+0000/, /U\+0000/],
  [
    'escaped half of a character',
    experimentOf('description: "a\\ud800b"\nrun: {cmd: t}'),
    '3:14',
    'yaml_syntax',
    /U\+D800/,
    /U\+D800/,
  ],
  [
    'alias that repeats itself',
    experimentOf('params: &p {a: 1, again: *p}\nrun: {cmd: a}'),
    '3:26',
    'yaml_too_deep',
    /\*p stands inside/,
    /\*p/,
  ],
  [
    'merge of a list of numbers',
    experimentOf('params: {<<: [1, 2], a: 1}\nrun: {cmd: t}'),
    '3:10',
    'yaml_syntax',
    /<<: takes/,
    /<<: には/,
  ],
  [
    'type tag that does not fit its value',
    experimentOf('params: {a: !!float x}\nrun: {cmd: t}'),
    '3:21',
    'yaml_syntax',
    /!!float stands before/,
    /!!float/,
  ],
  [
    'field with nothing under it',
    groupOf('\n    a:\n    values: [1, 2]').replace('{matrix: ', '\n  matrix:').replace(']}', ']'),
    '5:5',
    'wrong_type',
    /a: has nothing under it/,
    /a: の中身/,
  ],
  [
    'number where text is needed',
    experimentOf('build: {image: a, commit: 12e4567}\nrun: {cmd: a}'),
    '3:19',
    'wrong_type',
    /quotes: "12e4567"/,
    /"12e4567"/,
  ],
  [
    'infinity where text is needed',
    experimentOf('name: .inf\nrun: {cmd: a}'),
    '3:1',
    'wrong_type',
    /quotes: ".inf"/,
    /".inf"/,
  ],
  [
    'flag where text is needed',
    experimentOf('tags: [true]\nrun: {cmd: a}'),
    '3:8',
    'wrong_type',
    /quotes: "true"/,
    /"true"/,
  ],
  [
    'memory with a unit',
    experimentOf('environment: {resources: {memory: {requests: 2Gi}}}\nrun: {cmd: a}'),
    '3:36',
    'wrong_type',
    /write 2048/,
    /2048 と/,
  ],
  [
    'cpu with a unit',
    experimentOf('environment: {resources: {cpu: {requests: 500m}}}\nrun: {cmd: a}'),
    '3:33',
    'wrong_type',
    /write 0.5/,
    /0.5 と/,
  ],
  [
    'resource without requests',
    experimentOf('environment: {resources: {cpu: 2}}\nrun: {cmd: a}'),
    '3:27',
    'wrong_type',
    /cpu: \{requests: 2\}/,
    /cpu: \{requests: 2\}/,
  ],
  [
    'name with a dash',
    experimentOf('params: {batch-size: 32}\nrun: {cmd: "t {{ batch-size }}"}'),
    '4:7',
    'template_value',
    /params\['batch-size'\]/,
    /params\['batch-size'\]/,
  ],
  [
    'undefined name in arithmetic',
    experimentOf('run: {cmd: "t {{ epochs * 2 }}"}'),
    '3:7',
    'template_value',
    /epochs is not defined/,
    /epochs は定義/,
  ],
  [
    'unclosed braces in a tag',
    experimentOf('tags: [a, "{{ m"]\nrun: {cmd: a}'),
    '3:11',
    'template_syntax',
    /\{\{ is not closed/,
    /\{\{ が閉じて/,
  ],
  [
    'unclosed braces in a step',
    experimentOf('build: {image: a, build_steps: [ls, "pip {{ m"]}\nrun: {cmd: a}'),
    '3:37',
    'template_syntax',
    /\{\{ is not closed/,
    /\{\{ が閉じて/,
  ],
  [
    'division by zero in a param',
    experimentOf('params: {a: 1, b: "{{ a / 0 }}"}\nrun: {cmd: a}'),
    '3:16',
    'template_value',
    /division by zero/,
    /0 で割って/,
  ],
  [
    'variable without a value',
    experimentOf('build:\n  image: a\n  env_vars: [[A, 1], [B, ~]]\nrun: {cmd: a}'),
    '5:22',
    'env_var_pair',
    /B has no value/,
    /変数 B/,
  ],
  [
    'build without a source',
    experimentOf('build: {}\nrun: {cmd: a}'),
    '3:1',
    'exactly_one',
    /none of image/,
    /どれもありません/,
  ],
  [
    'command right under run',
    experimentOf('run: python t.py'),
    '3:1',
    'wrong_type',
    /run: \{cmd: python t.py\}/,
    /run: \{cmd: python t.py\}/,
  ],
  ['cmd at the top', experimentOf('cmd: t'), '3:1', 'unknown_key', /run.cmd/, /run.cmd/],
  [
    'image at the top',
    experimentOf('image: a\nrun: {cmd: t}'),
    '3:1',
    'section_not_allowed',
    /build.image/,
    /build.image/,
  ],
  [
    'image under run, as in 0.4',
    experimentOf('run: {image: a, cmd: t}'),
    '3:7',
    'unknown_key',
    /build.image/,
    /build.image/,
  ],
  [
    'framework under environment, as in 0.4',
    experimentOf('environment: {tensorflow: {n_workers: 2}}\nrun: {cmd: t}'),
    '3:15',
    'unknown_key',
    /framework: tensorflow/,
    /framework: tensorflow/,
  ],
  [
    'settings, as in 0.3',
    head('group', 'settings: {matrix: {a: {values: [1]}}}\nhptuning: {matrix: {a: {values: [1]}}}'),
    '3:1',
    'unknown_key',
    /hptuning/,
    /hptuning/,
  ],
  [
    'number of trials outside its method',
    head('group', 'hptuning: {n_experiments: 2, matrix: {a: {values: [1]}}}\nrun: {cmd: t}'),
    '3:12',
    'unknown_key',
    /hptuning\.\w+\.n_experiments/,
    /n_experiments/,
  ],
  [
    'function in a template',
    experimentOf('params: {n: 3}\nrun: {cmd: "{% for i in range(n) %}t{% endfor %}"}'),
    '4:7',
    'template_syntax',
    /range\(\.\.\.\)/,
    /range\(\.\.\.\)/,
  ],
  [
    'method in a template',
    experimentOf('params: {m: {a: 1}}\nrun: {cmd: "t {{ m.items() }}"}'),
    '4:7',
    'template_syntax',
    /items\(\.\.\.\)/,
    /items\(\.\.\.\)/,
  ],
  [
    'slice in a template',
    experimentOf('params: {x: abc}\nrun: {cmd: "t {{ x[:2] }}"}'),
    '4:7',
    'template_syntax',
    /slice/,
    /スライス/,
  ],
  [
    'two names in a loop',
    experimentOf('params: {m: {a: 1}}\nrun: {cmd: "{% for k, v in m %}t{% endfor %}"}'),
    '4:7',
    'template_syntax',
    /one name/,
    /1 つ/,
  ],
  [
    'format with a per cent sign',
    experimentOf('params: {n: 3}\nrun: {cmd: "t {{ \'%d\' % n }}"}'),
    '4:7',
    'template_value',
    /cannot format/,
    /整形/,
  ],
  [
    'named argument of a filter',
    experimentOf('params: {l: [1]}\nrun: {cmd: "t {{ l | sort(reverse=true) }}"}'),
    '4:7',
    'template_syntax',
    /named/,
    /名前付き/,
  ],
  [
    'argument of a test',
    experimentOf('params: {n: 3}\nrun: {cmd: "{% if n is divisibleby 2 %}t{% endif %}"}'),
    '4:7',
    'template_syntax',
    /takes no argument/,
    /引数/,
  ],
  [
    'endif without its block',
    experimentOf('run: {cmd: "t {% endif %}"}'),
    '3:7',
    'template_syntax',
    /stands without the block/,
    /対応するブロック/,
  ],
  [
    'output of another run',
    experimentOf('params: {p: "{{ jobs.1.outputs.p }}"}\nrun: {cmd: "t {{ p }}"}'),
    '3:10',
    'io_reference',
    /another run/,
    /別のラン/,
  ],
  [
    'template in a declared input',
    experimentOf('inputs: [{name: p, type: str}]\nparams: {a: 1, p: "x{{ a }}"}\nrun: {cmd: t}').replace('a: 1, ', ''),
    '4:10',
    'io_reference',
    /remove p from inputs/,
    /inputs から p/,
  ],
  [
    'two options of an axis',
    groupOf('{a: {values: [1], range: [0, 3, 1]}}'),
    '3:21',
    'matrix_one_option',
    /values, range/,
    /values, range/,
  ],
  [
    'framework in capitals',
    experimentOf('framework: TensorFlow\nenvironment: {replicas: {n_workers: 2}}\nrun: {cmd: a}'),
    '3:1',
    'replicas_framework',
    /small letters/,
    /小文字/,
  ],
  ['range downward', groupOf('{a: {range: [10, 1, -1]}}'), '3:21', 'matrix_order', /upward only/, /小さい方から/],
  ['empty range', groupOf('{a: {range: [1, 1, 1]}}'), '3:21', 'matrix_order', /upward only/, /小さい方から/],
  [
    'bounds the wrong way round',
    head('group', 'hptuning: {random_search: {n_experiments: 2}, matrix: {a: {log: [1, 0.1]}}}\nrun: {cmd: t}'),
    '3:56',
    'matrix_order',
    /low below high/,
    /low < high/,
  ],
  [
    'input without a value',
    experimentOf('inputs: [{name: a, type: int}]\nrun: {cmd: t}'),
    '3:10',
    'io_missing',
    /a has no value/,
    /a に値/,
  ],
  [
    'single number for a declared list',
    experimentOf('inputs: [{name: n, type: float, is_list: true}]\nparams: {n: 2.5}\nrun: {cmd: t}'),
    '4:10',
    'wrong_type',
    /a list is needed/,
    /リストが必要/,
  ],
  [
    'fractional item in a list of whole numbers',
    experimentOf('inputs: [{name: n, type: int, is_list: true}]\nparams: {n: [1, 2.5]}\nrun: {cmd: t}'),
    '4:17',
    'wrong_type',
    /2.5.*whole number/,
    /整数が必要/,
  ],
  [
    'params that name each other',
    experimentOf('params: {a: "{{ b }}", b: "{{ a }}"}\nrun: {cmd: t}'),
    '3:24',
    'template_value',
    /a → b → a/,
    /a → b → a/,
  ],
  [
    'percent for a rule without a percent',
    head(
      'group',
      'hptuning: {matrix: {a: {values: [1]}}, early_stopping: [{metric: l, policy: {kind: median, percent: 3, evaluation_interval: 1}}]}\nrun: {cmd: t}',
    ),
    '3:92',
    'meaningless_with',
    /remove percent/,
    /percent を削除/,
  ],
  [
    'command of backslashes alone',
    experimentOf('run: {cmd: "\\\\"}'),
    '3:7',
    'template_value',
    /nothing is left/,
    /何も残りません/,
  ],
]

/** English words that no Japanese message needs. Names of fields and values are English in both languages. */
const ENGLISH =
  /\b(?:expected|found|unexpected|the|is|are|not|missing|must|cannot|nothing|mapping|null|string|number|integer|boolean|scalar|alias|anchor)\b/i

describe('a document with one mistake', () => {
  it.each(MISTAKES)(
    'One mistake gives one problem at its place, with a message and a remedy in both languages: %s',
    (_name, text, place, code, english, japanese) => {
      const { problems } = checkText(text)
      expect(problems.map((problem) => `${problem.line}:${problem.column} ${problem.code}`)).toEqual([
        `${place} ${code}`,
      ])

      const [en, ja] = [toProblemView(problems[0]!, 'en'), toProblemView(problems[0]!, 'ja')]
      expect(`${en.message} → ${en.remedy}`).toMatch(english)
      expect(`${ja.message} → ${ja.remedy}`).toMatch(japanese)
      expect(`${ja.message} → ${ja.remedy}`).not.toMatch(ENGLISH)
      expect(`${en.message} → ${en.remedy}`).not.toMatch(/\b(?:mapping|null|scalar|alias|anchor)\b|undefined|\[object/)
    },
  )
})

/**
 * A document that is accepted: its first commands (at most 10), the codes of all its warnings (not checked if left
 * out), and values from the command line.
 */
type AcceptedDocument = readonly [
  name: string,
  text: string,
  commands: readonly (string | null)[],
  warnings?: readonly string[],
  params?: Params,
]

const ACCEPTED_DOCUMENTS: readonly AcceptedDocument[] = [
  [
    'param that reads the matrix',
    groupOf('{lr: {values: [0.1, 0.01]}}', 'params: {out: "model-{{ lr }}.txt"}\nrun: {cmd: "t {{ lr }} {{ out }}"}'),
    ['t 0.1 model-0.1.txt', 't 0.01 model-0.01.txt'],
  ],
  [
    'param that reads a param that reads the matrix',
    groupOf(
      '{w: {values: [8]}}',
      'params: {b: "{{ a + 1 }}", a: "{{ w * 2 }}", c: {d: ["{{ b }}"]}}\nrun: {cmd: "t {{ b }} {{ c.d[0] }}"}',
    ),
    ['t 17 17'],
  ],
  [
    'tag that reads the matrix through a param',
    groupOf('{a: {values: [1]}}', 'params: {n: "run-{{ a }}"}\ntags: ["{{ n }}"]\nrun: {cmd: "t {{ n }}"}'),
    ['t run-1'],
  ],
  [
    'param that reads the resource of a search',
    head(
      'group',
      'params: {dir: "e{{ epochs }}"}\nhptuning: {hyperband: {max_iter: 3, eta: 3, resource: {name: epochs}, metric: {name: l}}, matrix: {a: {values: [1]}}}\nrun: {cmd: "t {{ dir }}"}',
    ),
    ['t e3'],
  ],
  [
    'quoted literals of the matrix',
    groupOf(
      '{fast: {values: ["False", "True"]}, n: {values: ["8"]}}',
      `run: {cmd: "t {{ '--fast' if fast else '' }} {{ n * 2 }}"}`,
    ),
    ['t 16', 't --fast 16'],
  ],
  [
    'quoted numbers of a declared text',
    groupOf('{v: {values: ["1.10", "1e3"]}}', 'inputs: [{name: v, type: str}]\nrun: {cmd: "t {{ v }}"}'),
    ['t 1.10', 't 1e3'],
  ],
  [
    'matrix value that names a param',
    groupOf('{s: {values: ["{{ root }}/a", "{{ root }}/b"]}}', 'params: {root: /data}\nrun: {cmd: "t {{ s }}"}'),
    ['t /data/a', 't /data/b'],
  ],
  [
    'matrix value that names another axis',
    groupOf('{m: {values: [a, b]}, f: {values: ["{{ m }}.pt"]}}', 'run: {cmd: "t {{ f }}"}'),
    ['t a.pt', 't b.pt'],
  ],
  [
    'names of any script',
    experimentOf(
      'params: {学習率: 0.01, größe: 2, название: x, "cafe\u0301": 5}\nrun: {cmd: "t {{ 学習率 }} {{ größe * 2 }} {{ название }} {{ caf\u00e9 }}{% for 値 in [1, 2] %} {{ 値 }}{% endfor %}"}',
    ),
    ['t 0.01 4 x 5 1 2'],
  ],
  [
    'axis that overrides the default of an input',
    groupOf(
      '{lr: {values: [0.1, 0.2]}}',
      'inputs: [{name: lr, type: float, is_optional: true, default: 0.5}]\nrun: {cmd: "t {{ lr }}"}',
    ),
    ['t 0.1', 't 0.2'],
    [],
  ],
  [
    'axis that gives the value of a required input',
    groupOf('{lr: {values: [0.1, 0.2]}}', 'inputs: [{name: lr, type: float}]\nrun: {cmd: "t {{ lr }}"}'),
    ['t 0.1', 't 0.2'],
    [],
  ],
  [
    'axis fixed from the command line',
    groupOf('{lr: {values: [0.1, 0.2]}, a: {values: [1, 2]}}', 'run: {cmd: "t {{ lr }} {{ a }}"}'),
    ['t 0.5 1', 't 0.5 2'],
    ['param_shadows_matrix'],
    { lr: '0.5' },
  ],
  [
    'param that repeats the name of its axis',
    groupOf('{lr: {values: [0.1, 0.2]}}', 'params: {lr: "{{ lr }}"}\nrun: {cmd: "t {{ lr }}"}'),
    ['t 0.1', 't 0.2'],
  ],
  [
    'first point of a fixed axis',
    head(
      'group',
      'params: {o: sgd}\nhptuning: {matrix: {o: {values: [adam, sgd]}, m: {values: [1, 2], when: {o: sgd}}}, first_points: [{o: adam, m: 2}]}\nrun: {cmd: "t {{ o }} {{ m }}"}',
    ),
    ['t sgd 2', 't sgd 1'],
    ['param_shadows_matrix'],
  ],
  [
    'number that overflows to infinity',
    experimentOf('params: {sha: 12e4567}\nrun: {cmd: "t {{ sha }}"}'),
    ['t inf'],
    ['number_infinite'],
  ],
  ['typographic quotation marks', experimentOf('run: {cmd: “t” x}'), ['“t” x'], ['quote_wide']],
  ['full-width comma between values', groupOf('{a: {values: [0.1、0.2]}}'), ["t '0.1、0.2'"], ['comma_wide']],
  [
    'trial that fails after the first',
    groupOf('{a: {values: [1, x]}}', 'run: {cmd: "t {{ a * 2 }}"}'),
    ['t 2', null],
    ['trial_fails'],
  ],
  [
    'trial that fails far from the first',
    groupOf(
      `{a: {values: [${Array.from({ length: 60 }, (_, i) => i + 1).join(', ')}, x]}, b: {values: [1, 2]}}`,
      'run: {cmd: "t {{ a * 2 }}"}',
    ),
    Array.from({ length: 10 }, (_, i) => `t ${2 * (1 + Math.floor(i / 2))}`),
    ['trial_fails'],
  ],
  [
    'false from the command line for a parameter that is true',
    experimentOf('params: {fast: true}\nrun: {cmd: "t {{ 1 if fast else 0 }}"}'),
    ['t 0'],
    [],
    { fast: 'false' },
  ],
  [
    'no from the command line for a declared boolean',
    experimentOf('inputs: [{name: a, type: bool, options: [true, false]}]\nrun: {cmd: "t {{ a }}"}'),
    ['t False'],
    [],
    { a: 'no' },
  ],
  [
    'required input of a build from the command line',
    head('build', 'image: a\ninputs: [{name: pkg}]\nbuild_steps: ["pip install {{ pkg }}"]'),
    [null],
    ['image_beside_steps'],
    { pkg: 'numpy' },
  ],
  [
    'whole numbers for a searched float',
    groupOf('{a: {values: [1, 0.5]}}', 'inputs: [{name: a, type: float}]\nrun: {cmd: "t {{ a }}"}'),
    ['t 1', 't 0.5'],
    ['mixed_numbers'],
  ],
  [
    'comment at the end of one item of several',
    experimentOf('run: {cmd: ["echo train # train", "echo done"]}'),
    ['echo train # train && echo done'],
    ['comment_swallows'],
  ],
  [
    'comment in a folded command',
    experimentOf('run:\n  cmd: >-\n    python t.py\n    # data\n    --a 1'),
    ['python t.py # data --a 1'],
    ['comment_swallows'],
  ],
  ...['東京の天気は?', 'https://e.jp/d?id=1', 'What is this?', '^a.*b$', 's3://b/*.parquet'].map(
    (value): AcceptedDocument => [
      `text ${value} that no shell expands`,
      experimentOf(`params: {a: ${JSON.stringify(value)}}\nrun: {cmd: "t {{ a }}"}`),
      [`t '${value}'`],
      [],
    ],
  ),
  [
    'parameter that nothing reads',
    experimentOf('params: {lr: 1}\nrun: {cmd: "t {{ lr }}"}'),
    ['t 1'],
    ['param_new'],
    { learning_rate: '0.2' },
  ],
  [
    'item that ends in two ampersands',
    experimentOf('run: {cmd: ["cd a &&", t]}'),
    ['cd a && && t'],
    ['command_item_end'],
  ],
  ['output without a value', experimentOf('outputs: [{name: accuracy, type: metric}]\nrun: {cmd: t}'), ['t'], []],
  [
    'build with the default of its input',
    head(
      'build',
      'image: a\ninputs: [{name: pkg, is_optional: true, default: numpy}]\nbuild_steps: ["pip install {{ pkg }}"]',
    ),
    [null],
    ['image_beside_steps'],
  ],
  [
    'list from the command line',
    experimentOf('inputs: [{name: n, type: int, is_list: true}]\nrun: {cmd: "t {{ n | words }}"}'),
    ['t 4 5'],
    [],
    { n: '[4,5]' },
  ],
  [
    'texts from the command line',
    experimentOf('inputs: [{name: n, type: str, is_list: true}]\nrun: {cmd: "t {{ n | words }}"}'),
    ['t v1 2 v3'],
    [],
    { n: 'v1,2,v3' },
  ],
  [
    'one text as a list from the command line',
    experimentOf('inputs: [{name: n, type: str, is_list: true}]\nrun: {cmd: "t {{ n | words }}"}'),
    ['t v1'],
    [],
    { n: '[v1]' },
  ],
  [
    'option from the command line',
    experimentOf('inputs: [{name: n, type: int, options: [1, 2]}]\nrun: {cmd: "t {{ n }}"}'),
    ['t 2'],
    [],
    { n: '2' },
  ],
  ...['0', 'no', 'off', 'false', 'False'].map((fast): AcceptedDocument => [
    `flag given ${fast}`,
    experimentOf('inputs: [{name: fast, type: bool, is_flag: true}]\nparams: {fast: true}\nrun: {cmd: "t {{ fast }}"}'),
    ['t'],
    [],
    { fast },
  ]),
  [
    'optional input that is empty',
    experimentOf(
      'inputs: [{name: n, type: int, is_optional: true, default: 6}]\nparams: {n: ~}\nrun: {cmd: "t {{ n }}"}',
    ),
    ['t 6'],
  ],
  [
    'default that reads another input',
    experimentOf(
      'inputs: [{name: a, type: int}, {name: b, type: str, is_optional: true, default: "x{{ a }}"}]\nparams: {a: 2}\nrun: {cmd: "t {{ b }}"}',
    ),
    ['t x2'],
  ],
  [
    'powers of ten',
    groupOf('{a: {geomspace: [0.0001, 1000, 8]}}'),
    ['t 0.0001', 't 0.001', 't 0.01', 't 0.1', 't 1.0', 't 10.0', 't 100.0', 't 1000.0'],
  ],
  [
    'tags of the core schema',
    experimentOf(
      'params: {a: !!float 3, b: !!bool "yes", c: !!str 1, d: !!int "7"}\nrun: {cmd: "t {{ a }} {{ b }} {{ c ~ \'x\' }} {{ d + 1 }}"}',
    ),
    ['t 3.0 True 1x 8'],
  ],
  [
    'JSON of a float',
    experimentOf('params: {x: 1.0, l: {a: [1, 2.5, null]}}\nrun: {cmd: "t {{ x | tojson }} {{ l | tojson }}"}'),
    [`t 1.0 '{"a":[1,2.5,null]}'`],
  ],
  [
    'braces inside quotes and raw blocks',
    experimentOf(`params: {a: 1}\nrun: {cmd: "t {{ '}}' }} {% raw %}{{ b }}{% endraw %} {{ a }}"}`),
    [`t '}}' {{ b }} 1`],
  ],
  ['length of a bash array', experimentOf('run: {cmd: "l=(a b); t ${#l[@]}"}'), ['l=(a b); t ${#l[@]}']],
  ['index of an environment', experimentOf('environment: {index: 0}\nrun: {cmd: t}'), ['t']],
  [
    'empty list beside its old name',
    experimentOf('environment: {configmap_refs: [], config_map_refs: []}\nrun: {cmd: t}'),
    ['t'],
    ['deprecated'],
  ],
  ['grouped digits', groupOf('{a: {range: [0, 2_000, 1_000]}}'), ['t 0', 't 1000'], []],
  ['leading zeros', groupOf('{a: {values: [08]}}'), ['t 8'], ['yaml11_leading_zero']],
  [
    'grouped digits of a text',
    experimentOf('build: {image: a, build_steps: [x], env_vars: [[A, 1_000]]}\nrun: {cmd: t}'),
    ['t'],
    ['image_beside_steps', 'yaml11_number'],
  ],
  [
    'comment above the command',
    experimentOf('run:\n  cmd: |\n    # prepare\n    t'),
    ['# prepare t'],
    ['comment_swallows'],
  ],
  [
    'comment after a continued line',
    experimentOf('run:\n  cmd: |\n    t \\  # data\n      --a 1'),
    ['t # data --a 1'],
    ['comment_swallows'],
  ],
  ['comment at the end', experimentOf('run:\n  cmd: |\n    t --a 1\n    --b 2 # last'), ['t --a 1 --b 2 # last'], []],
  [
    'second command after continued lines',
    experimentOf('run:\n  cmd: |\n    t \\\n      --b 2\n    echo done'),
    ['t --b 2 echo done'],
    ['command_lines_joined'],
  ],
  [
    'lines that continue without a backslash',
    experimentOf('run:\n  cmd: |\n    a &&\n    b;\n    c |\n    d'),
    ['a && b; c | d'],
    [],
  ],
  [
    'lines inside quotes',
    experimentOf('run:\n  cmd: |\n    python -c "import x\n    x.y()"'),
    ['python -c "import x x.y()"'],
    [],
  ],
  ['item that ends in a semicolon', experimentOf('run: {cmd: ["cd a;", t]}'), ['cd a; && t'], ['command_item_end']],
  ['kind that is not built', head('notebook', 'build: {image: a}'), [null], ['image_on_host', 'kind_not_built']],
  ['empty value on its own', groupOf('{a: {values: ["", x]}}'), [`t ''`, 't x'], ['value_empty']],
  [
    'several words in one value',
    experimentOf('params: {a: "--x 1 --y 2"}\nrun: {cmd: "t {{ a }}"}'),
    [`t '--x 1 --y 2'`],
    ['value_words'],
  ],
  [
    'several words split by a filter',
    experimentOf('params: {a: "--x 1 --y 2"}\nrun: {cmd: "t {{ a | words }}"}'),
    ['t --x 1 --y 2'],
    [],
  ],
  ...['$HOME/data', '~/data', '*.csv'].map((value): AcceptedDocument => [
    `shell word ${value} as a value`,
    experimentOf(`params: {a: "${value}"}\nrun: {cmd: "t {{ a }}"}`),
    [`t '${value}'`],
    ['value_shell'],
  ]),
  [
    'undefined names in a step, a variable, a tag and a param',
    experimentOf(
      'params: {x: "{{ n1 }}"}\ntags: ["{{ n2 }}"]\nbuild: {image: a, build_steps: ["{{ n3 }}"], env_vars: [[A, "{{ n4 }}"]]}\nrun: {cmd: "t {{ n5 }} {{ n6 | default(1) }}"}',
    ),
    ['t 1'],
    ['image_beside_steps', ...Array.from({ length: 5 }, () => 'template_undefined')],
  ],
  [
    'member that a param lacks',
    experimentOf('params: {net: {w: 1}}\nrun: {cmd: "t {{ net.w }} {{ net.h }} {{ params.net.d }}"}'),
    ['t 1'],
    ['template_undefined', 'template_undefined'],
  ],
  [
    'parameter with a typing error',
    experimentOf('params: {lr: 1}\nrun: {cmd: "t {{ lr }}"}'),
    ['t 1'],
    ['param_near'],
    { lrr: '0.2' },
  ],
  ['new parameter that the command reads', experimentOf('run: {cmd: "t {{ lr }}"}'), ['t 0.2'], [], { lr: '0.2' }],
  [
    'concurrency above its limit',
    groupOf('{a: {values: [1]}}').replace('{matrix', '{concurrency: 20000, matrix'),
    ['t 1'],
    ['concurrency_lowered'],
  ],
  [
    'learning rates as exponents',
    head(
      'group',
      'hptuning: {random_search: {n_experiments: 1}, seed: 1, matrix: {a: {loguniform: {low: 1e-5, high: 0.1}}}}\nrun: {cmd: t}',
    ),
    ['t'],
    ['bounds_exponents'],
  ],
  [
    'bounds that are exponents',
    head(
      'group',
      'hptuning: {random_search: {n_experiments: 1}, seed: 1, matrix: {a: {loguniform: {low: -11, high: -2}}}}\nrun: {cmd: t}',
    ),
    ['t'],
    [],
  ],
  [
    'learning rates as powers of ten',
    groupOf('{a: {logspace: 0.01:0.1:2}}', 'run: {cmd: t}'),
    ['t', 't'],
    ['bounds_exponents'],
  ],
]

describe('a document that is accepted', () => {
  it.each(ACCEPTED_DOCUMENTS.map((row) => [row[0], row] as const))(
    'A document is read as its author means it: %s',
    (_name, [, text, commands, warnings, params]) => {
      const found = checkText(text, params)
      expect(found.problems.map(({ code, args }) => [code, args])).toEqual([])

      expect(found.commands).toEqual(commands)
      if (warnings) expect(found.warnings.map(({ code }) => code).toSorted()).toEqual([...warnings].toSorted())
    },
  )
})

const EVALUATED_BY_BASH = [
  'if [[ {{ x }} -gt 5 ]]; then t; fi',
  '[[ -v {{ x }} ]]',
  'test -v {{ x }}',
  '[ -v {{ x }} ]',
  'printf -v {{ x }} %s 1',
  'read {{ x }} < f',
  'unset {{ x }}',
  'declare -i a={{ x }}',
  'local -ri a={{ x }}',
  't ${A:{{ x }}:1}',
  't ${A:1:{{ x }}}',
  'arr[{{ x }}]=1',
  'arr=([{{ x }}]=1)',
  't ${arr[{{ x }}]}',
  'declare {{ x }}=1',
  'export {{ x }}=1',
  'typeset -n r={{ x }}; t $r',
  'a={{ x }}; t $((a))',
  'a="{{ x }}"; [[ $a -gt 5 ]]',
  'a={{ x }}; (( a > 5 )) && t',
  'a={{ x }}; for ((i=0;i<a;i++)); do t; done',
  'mapfile -t {{ x }} < f',
  'let {{ x }}',
]
const TAKEN_LITERALLY = [
  'if [ {{ x }} -gt 5 ]; then t; fi',
  '[[ {{ x }} == adam ]] && t',
  'export LR={{ x }}; t',
  't -c "print(a[{{ x }}])"',
  't --lr {{ x }} --n $((NPROC / 2))',
  't ${A:-{{ x }}}',
  'a={{ x }}; (( n > 5 )) && t $a',
]

describe('a command', () => {
  const warningsOf = (cmd: unknown): string[] =>
    checkText(JSON.stringify({ version: 1, kind: 'experiment', params: { x: 'x[$(t)]' }, run: { cmd } })).warnings.map(
      ({ code }) => code,
    )

  it.each(EVALUATED_BY_BASH)('A command gives a warning if bash evaluates a parameter value in it: %s', (cmd) => {
    expect(warningsOf(cmd)).toEqual(['template_computed'])
  })

  it('A command gives a warning if bash evaluates a variable that another line of it sets', () => {
    expect(warningsOf(['a={{ x }}', '(( a > 5 ))'])).toEqual(['template_computed'])
  })

  it.each(TAKEN_LITERALLY)('A command gives no warning if bash takes a parameter value literally: %s', (cmd) => {
    expect(warningsOf(cmd)).toEqual([])
  })
})

it.each([
  ['experiment', experimentOf('name: x')],
  ['group', groupOf('{a: {values: [1]}}', 'name: x')],
  ['build', head('build', 'image: a')],
])('A document of kind %s without anything to run has a problem before it is submitted', (_kind, text) => {
  expect(checkText(text).problems.map(({ code }) => code)).toEqual([
    text.includes('kind: build') ? 'build_steps_required' : 'run_required',
  ])
})

describe('the Japanese warnings', () => {
  it('No Japanese warning contains an English sentence', () => {
    const views = ACCEPTED_DOCUMENTS.flatMap(([, text, , , params]) => checkText(text, params).warnings).map(
      (problem) => toProblemView(problem, 'ja'),
    )
    for (const { message, remedy } of views) expect(`${message} ${remedy}`).not.toMatch(ENGLISH)
  })
})
