import type { ProblemCode } from '../../src/contract/messages/messages.ts'

/** How a document of Polyaxon 0.6 is treated: as in 0.6, differently on purpose, or not supported yet. */
export type Outcome = 'compatible' | 'different' | 'not built'

/** Expected result of a document that is accepted. Fields that are left out are not checked. */
export interface Accepted {
  readonly ok: true
  /** The command as one line; for a group, the command of the first trial. */
  readonly command?: string
  /** All parameters of the run, or of the first trial. */
  readonly params?: object
  /** The values of the first axis of the search space, in the order in which the search takes them. */
  readonly values?: readonly unknown[]
  /** Values of the first axis that follow from uniform random numbers u in [0, 1). */
  readonly draws?: readonly (readonly [u: number, value: unknown])[]
  /** Number of points that the search has in all. */
  readonly pointCount?: number
  /** A code that must be among the warnings. */
  readonly warning?: ProblemCode
  /** Fields that the plan must contain. */
  readonly plan?: object
}

/** Expected result of a document that is refused: the code of its only problem, and the path if it is checked. */
export interface Refused {
  readonly error: ProblemCode | readonly [ProblemCode, path: string]
}

/**
 * A row of the table: a document and its expected result. `n` is the number of its case in a reference of 105 cases.
 * Several rows may belong to one case.
 */
export interface Case {
  readonly n: number
  readonly name: string
  /** Texts of the files that are loaded together. */
  readonly docs: readonly string[]
  /** Parameters of the command line (`-P`). */
  readonly params?: Readonly<Record<string, string>>
  readonly expect: Accepted | Refused
  readonly outcome: Outcome
  /** Explanation for users. Each row that is not compatible has one. */
  readonly why?: string
}

type Expected = Omit<Accepted, 'ok'> & { readonly with?: Readonly<Record<string, string>> }
type Docs = string | readonly string[]

function accepted(n: number, name: string, docs: Docs, { with: params, ...expected }: Expected = {}): Case {
  return {
    n,
    name,
    docs: typeof docs === 'string' ? [docs] : docs,
    ...(params && { params }),
    expect: { ok: true, ...expected },
    outcome: 'compatible',
  }
}

function refused(n: number, name: string, docs: Docs, error: Refused['error']): Case {
  return { n, name, docs: typeof docs === 'string' ? [docs] : docs, expect: { error }, outcome: 'compatible' }
}

function different(row: Case, why: string): Case {
  return { ...row, outcome: 'different', why }
}

function notBuilt(row: Case, why: string): Case {
  return { ...row, outcome: 'not built', why }
}

const head = (kind: string, rest = '') => `version: 1\nkind: ${kind}\n${rest}\n`
const E = (rest = '') => head('experiment', `build: {image: img}\nrun: {cmd: x}\n${rest}`)
const J = (rest = '') => head('job', `build: {image: img}\nrun: {cmd: x}\n${rest}`)
const G = (hptuning = '{matrix: {a: {values: [1, 2]}}}', rest = 'run: {cmd: "x {{ a }}"}') =>
  head('group', `hptuning: ${hptuning}\n${rest}`)
const withCommand = (cmd: string, params = '{x: 1}') => head('experiment', `params: ${params}\nrun: {cmd: ${cmd}}`)
const withBuild = (fields: string) => head('experiment', `build: {${fields}}\nrun: {cmd: x}`)
const withEnvironment = (fields: string) => E(`environment: {${fields}}`)
const withGrid = (entry: string) => G(`{matrix: {a: ${entry}}}`)
const withRandomSearch = (entry: string) => G(`{random_search: {n_experiments: 4}, matrix: {a: ${entry}}}`)
const withHptuning = (fields: string) => G(`{${fields}, matrix: {a: {values: [1, 2]}}}`)
const withHyperband = (fields: string) => withHptuning(`hyperband: {${fields}}`)
const withBo = (rest = '', entry = '{values: [1, 2]}') =>
  G(`{bo: {n_initial_trials: 2, n_iterations: 3, metric: {name: loss}${rest}}, matrix: {a: ${entry}}}`)
const withStopping = (value: string) => withHptuning(`early_stopping: ${value}`)
const withInput = (fields: string, params: string, cmd = 'x') =>
  head('experiment', `inputs: [{name: p, ${fields}}]\nparams: ${params}\nrun: {cmd: "${cmd}"}`)

const OLD_YAML = 'Files are YAML 1.2, where this is text; YAML 1.1 reads something else.'
const TEXT_STAYS = 'Text of a text field stays text; 0.6 turned it into a number after rendering and then refused it.'
const ONE_ARGUMENT = 'A parameter value is always one argument, quoted where the shell would split it.'
const PIPELINES = 'Pipelines are not supported; submit their operations as documents of their own.'
const CLUSTER = 'Distributed training needs a cluster; the section is read, checked and has no effect on one machine.'
const STORES = 'Named stores exist on a cluster; the names are read, checked and have no effect on one machine.'
const NO_DEBUG = 'There is no debug mode that replaces the command by a sleep.'
const NO_UPLOAD = 'Runs work in the folder they are submitted from, nothing is uploaded, and ignore files are not read.'

/** The cases of the language of Polyaxon 0.6, ordered by number. */
export const cases: readonly Case[] = [
  refused(1, 'no version', 'kind: experiment\nrun: {cmd: x}', ['required', 'version']),
  refused(2, 'no kind', 'version: 1\nrun: {cmd: x}', ['kind_required', 'kind']),
  refused(3, 'unknown kind', head('foo'), ['not_in', 'kind']),
  ...['2', '0', '0.6', '1.1'].map((version) =>
    refused(4, `version ${version}`, `version: ${version}\nkind: experiment`, ['version_unsupported', 'version']),
  ),
  accepted(5, 'version 1.0', 'version: 1.0\nkind: experiment'),
  refused(6, 'version as text', 'version: "1"\nkind: experiment', ['wrong_type', 'version']),
  refused(7, 'empty file', '', 'yaml_empty'),
  refused(7, 'list at the top', '- a', 'yaml_not_mapping'),
  refused(8, 'two documents', `${E()}---\n${E()}`, 'yaml_multiple'),
  refused(9, 'tab as indentation', 'version: 1\nkind: experiment\nrun:\n\tcmd: x', 'yaml_syntax'),
  refused(9, 'bracket left open', head('experiment', 'tags: [a'), 'yaml_syntax'),
  accepted(10, 'duplicate key', 'version: 1\nkind: job\nkind: experiment', {
    plan: { kind: 'experiment' },
    warning: 'duplicate_key',
  }),
  accepted(11, 'JSON', '{"version": 1, "kind": "experiment", "run": {"cmd": "x"}}', { command: 'x' }),
  accepted(12, 'only version and kind', head('experiment'), { plan: { command: null } }),
  refused(13, 'build with comments only', head('experiment', 'build:\n  # image: img\nrun: {cmd: x}'), [
    'wrong_type',
    'build',
  ]),
  refused(14, 'x-foo', E('x-foo: 1'), ['unknown_key', 'x-foo']),
  refused(14, 'model', E('model: {}'), ['unknown_key', 'model']),
  refused(14, 'termination', E('termination: {}'), ['unknown_key', 'termination']),
  refused(14, 'log_level', E('log_level: INFO'), ['unknown_key', 'log_level']),
  refused(15, 'experiment with hptuning', E('hptuning: {matrix: {a: {values: [1]}}}'), [
    'section_not_allowed',
    'hptuning',
  ]),
  refused(16, 'job without build', head('job', 'run: {cmd: x}'), ['required', 'build']),
  refused(16, 'job without run', head('job', 'build: {image: img}'), ['required', 'run']),
  accepted(17, 'job with null run', head('job', 'build: {image: img}\nrun:'), { plan: { command: null } }),
  accepted(18, 'job with params', J('params: {a: 1}'), { params: { a: 1 } }),
  different(
    accepted(19, 'job with declarations', J('declarations: {a: 1}'), { params: { a: 1 }, warning: 'deprecated' }),
    'The old name `declarations` works on jobs too.',
  ),
  refused(20, 'job with framework', J('framework: tensorflow'), ['section_not_allowed', 'framework']),
  accepted(21, 'declarations', E('declarations: {a: 1}'), { params: { a: 1 }, warning: 'deprecated' }),
  refused(22, 'declarations and params', E('declarations: {a: 1}\nparams: {b: 1}'), ['conflict', 'declarations']),
  different(
    accepted(23, 'declarations and -P', E('declarations: {a: 1, b: 3}'), { with: { a: '2' }, params: { a: 2, b: 3 } }),
    '-P works on a file that says `declarations`.',
  ),
  accepted(24, 'types of -P', E('params: {a: 1, b: 3}'), {
    with: { a: '2', c: 'relu', d: '1e-3', e: '[1,2]', f: 'true', g: 'True', h: '007' },
    params: { a: 2, b: 3, c: 'relu', d: 0.001, e: [1, 2], f: 'true', g: true, h: '007' },
  }),
  accepted(25, '-P with a dot', E('params: {a: {b: 1}}'), { with: { 'a.b': '2' }, params: { a: { b: 1 }, 'a.b': 2 } }),
  refused(26, 'notebook with run', head('notebook', 'build: {image: img}\nrun: {cmd: x}'), [
    'section_not_allowed',
    'run',
  ]),
  refused(26, 'notebook with params', head('notebook', 'build: {image: img}\nparams: {a: 1}'), [
    'section_not_allowed',
    'params',
  ]),
  refused(26, 'notebook without build', head('notebook'), ['required', 'build']),
  accepted(27, 'notebook backend lab', head('notebook', 'build: {image: img}\nbackend: lab')),
  refused(27, 'notebook backend x', head('notebook', 'build: {image: img}\nbackend: x'), ['not_in', 'backend']),
  refused(28, 'tensorboard with backend', head('tensorboard', 'build: {image: img}\nbackend: native'), [
    'section_not_allowed',
    'backend',
  ]),
  accepted(29, 'build with image', head('build', 'image: img'), { plan: { kind: 'build', build: { image: 'img' } } }),
  refused(29, 'build with nothing', head('build'), 'exactly_one'),
  refused(29, 'build with image and dockerfile', head('build', 'image: img\ndockerfile: D'), 'exactly_one'),
  refused(29, 'build with build', head('build', 'image: img\nbuild: {image: img}'), ['section_not_allowed', 'build']),
  refused(29, 'build with params', head('build', 'image: img\nparams: {a: 1}'), ['section_not_allowed', 'params']),
  refused(30, 'group without hptuning', head('group', 'run: {cmd: x}'), ['required', 'hptuning']),
  refused(30, 'group with null hptuning', G('null'), ['wrong_type', 'hptuning']),
  refused(30, 'group without matrix', G('{concurrency: 2}'), ['matrix_required', 'hptuning']),
  refused(30, 'group with empty matrix', G('{matrix: {}}'), ['matrix_required', 'hptuning']),
  refused(
    31,
    'two algorithms',
    withHptuning('random_search: {n_experiments: 2}, grid_search: {n_experiments: 2}'),
    'algorithm_many',
  ),
  refused(32, 'algorithm without matrix', G('{random_search: {n_experiments: 2}}'), ['matrix_required', 'hptuning']),
  refused(33, 'grid with uniform', withGrid('{uniform: [0, 1]}'), ['matrix_method', 'hptuning.matrix.a']),
  refused(33, 'grid with pvalues', withGrid('{pvalues: [[a, 0.1], [b, 0.8]]}'), ['matrix_method', 'hptuning.matrix.a']),
  refused(34, 'bo with normal', withBo('', '{normal: [0, 1]}'), ['matrix_method', 'hptuning.matrix.a']),
  refused(34, 'bo with quniform', withBo('', '{quniform: [0, 1, 0.1]}'), ['matrix_method', 'hptuning.matrix.a']),
  refused(34, 'bo with pvalues', withBo('', '{pvalues: [[a, 0.1], [b, 0.8]]}'), ['matrix_method', 'hptuning.matrix.a']),
  accepted(34, 'bo with uniform', withBo('', '{uniform: [0, 1]}'), { plan: { method: { name: 'bo', trialsMax: 5 } } }),
  accepted(35, 'concurrency "3"', withHptuning('concurrency: "3"'), { plan: { concurrency: 3 } }),
  accepted(35, 'concurrency 2.7', withHptuning('concurrency: 2.7'), { plan: { concurrency: 2 } }),
  ...['0', '-1'].map((found) =>
    different(
      accepted(35, `concurrency ${found}`, withHptuning(`concurrency: ${found}`), {
        plan: { concurrency: 1 },
        warning: 'concurrency_raised',
      }),
      'A concurrency below 1 is read as 1; in 0.6 such a search never started.',
    ),
  ),
  refused(36, 'n_experiments 0', withHptuning('random_search: {n_experiments: 0}'), [
    'too_small',
    'hptuning.random_search.n_experiments',
  ]),
  refused(37, 'hyperband without metric', withHyperband('max_iter: 81, eta: 3, resource: {name: n}'), [
    'required',
    'hptuning.hyperband.metric',
  ]),
  refused(37, 'hyperband without eta', withHyperband('max_iter: 81, resource: {name: n}, metric: {name: loss}'), [
    'required',
    'hptuning.hyperband.eta',
  ]),
  refused(37, 'hyperband without resource', withHyperband('max_iter: 81, eta: 3, metric: {name: loss}'), [
    'required',
    'hptuning.hyperband.resource',
  ]),
  refused(38, 'max_iter 0', withHyperband('max_iter: 0, eta: 3, resource: {name: n}, metric: {name: loss}'), [
    'too_small',
    'hptuning.hyperband.max_iter',
  ]),
  refused(38, 'eta -1', withHyperband('max_iter: 81, eta: -1, resource: {name: n}, metric: {name: loss}'), [
    'too_small',
    'hptuning.hyperband.eta',
  ]),
  different(
    refused(38, 'eta 0', withHyperband('max_iter: 81, eta: 0, resource: {name: n}, metric: {name: loss}'), [
      'eta_above_one',
      'hptuning.hyperband.eta',
    ]),
    'One trial in eta goes on, so eta must be above 1; 0.6 accepted 0.',
  ),
  refused(
    38,
    'resource type str',
    withHyperband('max_iter: 81, eta: 3, resource: {name: n, type: str}, metric: {name: loss}'),
    ['not_in', 'hptuning.hyperband.resource.type'],
  ),
  refused(39, 'optimization min', withHptuning('metric: {name: loss, optimization: min}'), [
    'not_in',
    'hptuning.metric.optimization',
  ]),
  accepted(39, 'optimization MINIMIZE', withBo().replace('name: loss', 'name: loss, optimization: MINIMIZE'), {
    plan: { objective: { metric: 'loss', optimization: 'minimize' } },
  }),
  accepted(39, 'optimization missing', withBo(), { plan: { objective: { metric: 'loss', optimization: 'maximize' } } }),
  refused(40, 'ucb without kappa', withBo(', utility_function: {acquisition_function: ucb}'), [
    'required',
    'hptuning.bo.utility_function.kappa',
  ]),
  refused(40, 'ei without eps', withBo(', utility_function: {acquisition_function: ei}'), [
    'required',
    'hptuning.bo.utility_function.eps',
  ]),
  refused(40, 'empty utility_function', withBo(', utility_function: {}'), [
    'required',
    'hptuning.bo.utility_function.kappa',
  ]),
  refused(41, 'kernel foo', withBo(', utility_function: {kappa: 1, gaussian_process: {kernel: foo}}'), [
    'not_in',
    'hptuning.bo.utility_function.gaussian_process.kernel',
  ]),
  refused(41, 'acquisition lcb', withBo(', utility_function: {acquisition_function: lcb, kappa: 1, eps: 1}'), [
    'not_in',
    'hptuning.bo.utility_function.acquisition_function',
  ]),
  refused(42, 'early_stopping as mapping', withStopping('{metric: loss, value: 1}'), [
    'wrong_type',
    'hptuning.early_stopping',
  ]),
  refused(42, 'condition without metric', withStopping('[{value: 1}]'), [
    'required',
    'hptuning.early_stopping[0].metric',
  ]),
  accepted(42, 'condition without value', withStopping('[{metric: loss}]'), {
    plan: { stopConditions: [] },
    warning: 'condition_without_value',
  }),
  refused(
    43,
    'policy kind foo',
    withStopping('[{metric: loss, value: 1, policy: {kind: foo, evaluation_interval: 1}}]'),
    ['not_in', 'hptuning.early_stopping[0].policy.kind'],
  ),
  refused(43, 'policy without kind', withStopping('[{metric: loss, value: 1, policy: {evaluation_interval: 1}}]'), [
    'required',
    'hptuning.early_stopping[0].policy.kind',
  ]),
  refused(
    43,
    'truncation without percent',
    withStopping('[{metric: loss, value: 1, policy: {kind: truncation, evaluation_interval: 1}}]'),
    ['required', 'hptuning.early_stopping[0].policy.percent'],
  ),
  ...['median', 'average'].map((kind) =>
    accepted(
      43,
      `policy ${kind}`,
      withStopping(`[{metric: loss, optimization: minimize, policy: {kind: ${kind}, evaluation_interval: 2}}]`),
      {
        plan: { stopConditions: [], stoppingRules: [{ metric: 'loss', optimization: 'minimize', kind, interval: 2 }] },
      },
    ),
  ),
  accepted(
    43,
    'policy truncation',
    withStopping('[{metric: loss, value: 1, policy: {kind: truncation, percent: 40, evaluation_interval: 1}}]'),
    {
      plan: {
        stoppingRules: [{ metric: 'loss', optimization: 'maximize', kind: 'truncation', interval: 1, percent: 40 }],
      },
    },
  ),
  refused(44, 'values []', withGrid('{values: []}'), ['matrix_one_option', 'hptuning.matrix.a']),
  refused(44, 'values 1', withGrid('{values: 1}'), ['wrong_type', 'hptuning.matrix.a']),
  refused(44, 'values [null]', withGrid('{values: [null]}'), ['wrong_type', 'hptuning.matrix.a']),
  refused(44, 'two options', withGrid('{values: [1], range: [1, 10, 2]}'), ['matrix_one_option', 'hptuning.matrix.a']),
  refused(44, 'no option', withGrid('{}'), ['matrix_one_option', 'hptuning.matrix.a']),
  accepted(45, 'range [1, 10, 2]', withGrid('{range: [1, 10, 2]}'), { values: [1, 3, 5, 7, 9], pointCount: 5 }),
  accepted(46, 'range "1:10:2"', withGrid('{range: "1:10:2"}'), { values: [1, 3, 5, 7, 9] }),
  different(
    accepted(46, 'range 1:10:2', withGrid('{range: 1:10:2}'), {
      values: [1, 3, 5, 7, 9],
      warning: 'yaml11_sexagesimal',
    }),
    OLD_YAML,
  ),
  refused(47, 'range [1, 10]', withGrid('{range: [1, 10]}'), ['matrix_items', 'hptuning.matrix.a']),
  refused(47, 'range [10, 1, -1]', withGrid('{range: [10, 1, -1]}'), ['matrix_order', 'hptuning.matrix.a']),
  refused(47, 'range [1, 1, 1]', withGrid('{range: [1, 1, 1]}'), ['matrix_order', 'hptuning.matrix.a']),
  refused(47, 'range [1, 10, 0]', withGrid('{range: [1, 10, 0]}'), ['matrix_positive', 'hptuning.matrix.a']),
  refused(47, 'range of four', withGrid('{range: [1, 10, 2, 3]}'), ['matrix_items', 'hptuning.matrix.a']),
  accepted(48, 'range as mapping', withGrid('{range: {start: 1, stop: 10, step: 2}}'), { values: [1, 3, 5, 7, 9] }),
  refused(48, 'range without step', withGrid('{range: {start: 1, stop: 10}}'), ['matrix_items', 'hptuning.matrix.a']),
  refused(48, 'range with an extra key', withGrid('{range: {start: 1, stop: 10, step: 2, num: 1}}'), [
    'matrix_items',
    'hptuning.matrix.a',
  ]),
  accepted(49, 'range [0, 1, 0.25]', withGrid('{range: [0, 1, 0.25]}'), { values: [0, 0.25, 0.5, 0.75] }),
  accepted(50, 'linspace', withGrid('{linspace: 0.01:0.1:5}'), { values: [0.01, 0.0325, 0.055, 0.0775, 0.1] }),
  different(
    accepted(51, 'linspace [1, 10, 5.0]', withGrid('{linspace: [1, 10, 5.0]}'), { values: [1, 3.25, 5.5, 7.75, 10] }),
    'A whole number written as a decimal is a count; 0.6 accepted it and failed when the search began.',
  ),
  accepted(52, 'logspace', withGrid('{logspace: [0, 2, 3]}'), { values: [1, 10, 100] }),
  accepted(52, 'logspace with base', withGrid('{logspace: [0, 2, 3, 2]}'), { values: [1, 2, 4] }),
  accepted(53, 'logspace bounds are exponents', withGrid('{logspace: 0.01:0.1:5}'), {
    values: [0.01, 0.0325, 0.055, 0.0775, 0.1].map((exponent) => 10 ** exponent),
  }),
  accepted(54, 'geomspace', withGrid('{geomspace: [1, 256, 9]}'), { values: [1, 2, 4, 8, 16, 32, 64, 128, 256] }),
  different(
    refused(54, 'geomspace from 0', withGrid('{geomspace: [0, 256, 9]}'), ['matrix_geomspace', 'hptuning.matrix.a']),
    'A geomspace from zero is refused at once; 0.6 failed when the search began.',
  ),
  accepted(55, 'uniform [1, 0]', withRandomSearch('{uniform: [1, 0]}'), {
    warning: 'bounds_reversed',
    draws: [[0.25, 0.75]],
  }),
  accepted(55, 'uniform "0:1"', withRandomSearch('{uniform: "0:1"}'), { draws: [[0.25, 0.25]] }),
  refused(56, 'quniform without q', withRandomSearch('{quniform: [0, 1]}'), ['matrix_items', 'hptuning.matrix.a']),
  refused(56, 'quniform with q 0', withRandomSearch('{quniform: [0, 1, 0]}'), ['matrix_positive', 'hptuning.matrix.a']),
  different(
    accepted(57, 'quniform', withRandomSearch('{quniform: [0, 1, 0.25]}'), {
      draws: [
        [0.417, 0.5],
        [0.72, 0.75],
        [0.99, 1],
      ],
    }),
    'Every multiple of q within the bounds, both ends too, is drawn alike; 0.6 cut draws down to a multiple.',
  ),
  refused(58, 'pvalues above 1', withRandomSearch('{pvalues: [[a, 0.6], [b, 0.6]]}'), [
    'pvalues_sum',
    'hptuning.matrix.a',
  ]),
  accepted(58, 'pvalues below 1', withRandomSearch('{pvalues: [[a, 0.1], [b, 0.8]]}')),
  refused(58, 'pvalue 1.0', withRandomSearch('{pvalues: [[a, 1.0]]}'), ['pvalues_item', 'hptuning.matrix.a']),
  refused(58, 'pvalue 0', withRandomSearch('{pvalues: [[a, 0], [b, 0.5]]}'), ['pvalues_item', 'hptuning.matrix.a']),
  accepted(59, 'last pvalue with the remaining probability', withRandomSearch('{pvalues: [[a, 0.1], [b, 0.3]]}'), {
    draws: [
      [0.05, 'a'],
      [0.15, 'b'],
      [0.5, 'b'],
      [0.95, 'b'],
    ],
  }),
  accepted(60, 'params over the matrix', G(undefined, 'params: {a: 9}\nrun: {cmd: "x {{ a }}"}'), {
    command: 'x 9',
    params: { a: 9 },
    warning: 'param_shadows_matrix',
  }),
  accepted(61, 'unknown name', G(undefined, 'run: {cmd: "x {{ b }}"}'), {
    command: 'x',
    warning: 'template_undefined',
  }),
  refused(62, 'attribute of an unknown name', withCommand('"x {{ y.z }}"'), ['template_value', 'run.cmd']),
  refused(62, 'braces left open', withCommand('"x {{ y"'), ['template_syntax', 'run.cmd']),
  different(accepted(63, 'command that is a number', withCommand('"{{ x }}"'), { command: '1' }), TEXT_STAYS),
  accepted(63, 'command that is a word', withCommand('"{{ x }}"', '{x: abc}'), { command: 'abc' }),
  accepted(64, 'params that use params', E('params: {x: 1, y: "{{ x }}", z: "{{ y }}2"}'), {
    params: { x: 1, y: 1, z: 12 },
  }),
  accepted(
    65,
    'default, arithmetic, filter',
    withCommand('"p {{ q | default(5) }} {{ x * 2 }} {{ y | upper }}"', '{x: 3, y: abc}'),
    { command: 'p 5 6 ABC' },
  ),
  accepted(66, 'True, None, 1e-05', withCommand('"p {{ a }} {{ b }} {{ c }}"', '{a: true, b: null, c: 0.00001}'), {
    command: 'p True None 1e-05',
  }),
  different(
    accepted(66, 'list', withCommand('"p {{ x }}"', '{x: [1, a]}'), { command: `p '[1, '\\''a'\\'']'` }),
    ONE_ARGUMENT,
  ),
  accepted(67, 'command as list', withCommand('["a {{ x }}", b]'), { command: 'a 1 && b' }),
  refused(68, 'list with a number', withCommand('[a, 1]'), ['wrong_type', 'run.cmd[1]']),
  refused(68, 'cmd 1', withCommand('1'), ['wrong_type', 'run.cmd']),
  refused(68, 'cmd null', withCommand('null'), ['wrong_type', 'run.cmd']),
  different(accepted(68, 'cmd yes', withCommand('yes'), { command: 'yes', warning: 'yaml11_boolean' }), OLD_YAML),
  accepted(
    69,
    'backslashes in plain text',
    head('experiment', 'run:\n  cmd: python a.py \\\n    --b=1 \\\n    --c=2'),
    { command: 'python a.py --b=1 --c=2' },
  ),
  accepted(70, 'literal block', head('experiment', 'run:\n  cmd: |\n    python a.py \\\n      --b=2\n    echo done'), {
    command: 'python a.py --b=2 echo done',
  }),
  accepted(71, 'spaces inside quotes', head('experiment', 'run:\n  cmd: echo "a   b"'), { command: 'echo "a b"' }),
  accepted(72, 'comment at the end', head('experiment', 'run:\n  cmd: python a.py # c'), { command: 'python a.py' }),
  refused(72, 'colon and space', head('experiment', 'run:\n  cmd: python a: b'), 'yaml_syntax'),
  refused(73, 'image a:b:c', withBuild('image: "a:b:c"'), ['image_syntax', 'build.image']),
  refused(73, 'image "a b"', withBuild('image: "a b"'), ['image_syntax', 'build.image']),
  refused(73, 'image 1', withBuild('image: 1'), ['wrong_type', 'build.image']),
  accepted(73, 'image h:5000/a:b', withBuild('image: "h:5000/a:b"'), { plan: { build: { image: 'h:5000/a:b' } } }),
  accepted(73, 'image a@sha256:x', withBuild('image: "a@sha256:x"'), { plan: { build: { image: 'a@sha256:x' } } }),
  refused(74, 'image {{ x }}', withBuild('image: "{{ x }}"'), ['image_syntax', 'build.image']),
  accepted(74, 'image {{x}}', `${withBuild('image: "{{x}}"')}params: {x: img}`, { plan: { build: { image: 'img' } } }),
  ...['{A: B}', '[A]', '[[A, B, C]]'].map((found) =>
    refused(75, `env_vars ${found}`, withBuild(`image: img, env_vars: ${found}`), [
      'env_var_pair',
      found.startsWith('[') ? 'build.env_vars[0]' : 'build.env_vars',
    ]),
  ),
  accepted(75, 'env_vars [[A, 1]]', withBuild('image: img, env_vars: [[A, 1]]'), {
    plan: { build: { envVars: [['A', '1']] } },
  }),
  refused(76, 'build_steps scalar', withBuild('image: img, build_steps: a'), ['wrong_type', 'build.build_steps']),
  refused(76, 'build_steps [1]', withBuild('image: img, build_steps: [1]'), ['wrong_type', 'build.build_steps[0]']),
  accepted(76, 'build_steps []', withBuild('image: img, build_steps: []'), { plan: { build: { steps: [] } } }),
  refused(77, 'commit 123', withBuild('image: img, commit: 123'), ['wrong_type', 'build.commit']),
  different(accepted(77, 'commit "1234567"', withBuild('image: img, commit: "1234567"')), TEXT_STAYS),
  refused(78, 'tags foo', E('tags: foo'), ['wrong_type', 'tags']),
  refused(78, 'tags [1]', E('tags: [1]'), ['wrong_type', 'tags[0]']),
  different(accepted(78, 'tags ["2020"]', E('tags: ["2020"]'), { plan: { tags: ['2020'] } }), TEXT_STAYS),
  refused(79, 'cpu 2', withEnvironment('resources: {cpu: 2}'), ['wrong_type', 'environment.resources.cpu']),
  refused(79, 'cpu 500m', withEnvironment('resources: {cpu: {requests: "500m"}}'), [
    'wrong_type',
    'environment.resources.cpu.requests',
  ]),
  accepted(79, 'cpu "0.5"', withEnvironment('resources: {cpu: {requests: "0.5"}}'), {
    plan: { placement: { resources: { cpu: 0.5 } } },
  }),
  refused(79, 'memory 1Gi', withEnvironment('resources: {memory: {requests: "1Gi"}}'), [
    'wrong_type',
    'environment.resources.memory.requests',
  ]),
  refused(79, 'request instead of requests', withEnvironment('resources: {cpu: {request: 1}}'), [
    'unknown_key_near',
    'environment.resources.cpu.request',
  ]),
  accepted(80, 'requests above limits', withEnvironment('resources: {cpu: {requests: 4, limits: 3}}'), {
    warning: 'requests_over_limits',
  }),
  accepted(80, 'negative amount', withEnvironment('resources: {cpu: {requests: -1}}'), {
    warning: 'resource_negative',
  }),
  accepted(80, 'half a gpu', withEnvironment('resources: {gpu: {requests: 0.5}}'), { warning: 'gpu_fraction' }),
  different(
    accepted(81, 'labels on an experiment', withEnvironment('labels: {a: b}, annotations: {a: b}')),
    'Labels and annotations are accepted on experiments and groups, where 0.6 crashed.',
  ),
  different(
    accepted(81, 'labels on a group', `${G()}environment: {labels: {a: b}}`),
    'Labels and annotations are accepted on experiments and groups, where 0.6 crashed.',
  ),
  accepted(81, 'labels on a job', J('environment: {labels: {a: b}, annotations: {a: b}}')),
  accepted(81, 'labels on a notebook', head('notebook', 'build: {image: img}\nenvironment: {labels: {a: b}}')),
  refused(82, 'replicas on a job', J('environment: {replicas: {n_workers: 2}}'), [
    'unknown_key',
    'environment.replicas',
  ]),
  ...['', 'framework: mpi', 'framework: foo'].map((framework) =>
    refused(
      83,
      `replicas with ${framework || 'no framework'}`,
      E(`environment: {replicas: {n_workers: 2}}\n${framework}`),
      ['replicas_framework', framework ? 'framework' : 'environment.replicas'],
    ),
  ),
  ...['pytorch', 'horovod'].map((framework) =>
    refused(84, `${framework} with n_ps`, E(`environment: {replicas: {n_ps: 2}}\nframework: ${framework}`), [
      'replicas_role',
      'environment.replicas.n_ps',
    ]),
  ),
  notBuilt(
    accepted(
      85,
      'mpi with workers',
      E('environment: {replicas: {n_workers: 2}}\nframework: tensorflow\nbackend: mpi'),
      { warning: 'ignored_here' },
    ),
    CLUSTER,
  ),
  notBuilt(accepted(86, 'configmap_refs', withEnvironment('configmap_refs: [a]'), { warning: 'deprecated' }), STORES),
  refused(86, 'both names of config_map_refs', withEnvironment('configmap_refs: [a], config_map_refs: [a]'), [
    'conflict',
    'environment.configmap_refs',
  ]),
  notBuilt(
    accepted(87, 'persistence', withEnvironment('persistence: {data: [d], outputs: o}'), { warning: 'deprecated' }),
    STORES,
  ),
  refused(87, 'persistence and data_refs', withEnvironment('persistence: {data: [d], outputs: o}, data_refs: [d]'), [
    'conflict',
    'environment.persistence',
  ]),
  refused(88, 'logging WARNING', E('logging: {level: WARNING}'), ['not_in', 'logging.level']),
  accepted(88, 'logging WARN', E('logging: {level: WARN}'), { plan: { logLevel: 'WARN' } }),
  refused(88, 'logging info', E('logging: {level: info}'), ['not_in', 'logging.level']),
  accepted(88, 'logging {}', E('logging: {}'), { plan: { logLevel: 'INFO' } }),
  ...['"a b"', '"a.b"', '""'].map((name) => refused(89, `name ${name}`, E(`name: ${name}`), ['name_pattern', 'name'])),
  refused(89, 'name 1', E('name: 1'), ['wrong_type', 'name']),
  accepted(89, 'name a-b_C1', E('name: a-b_C1'), { plan: { name: 'a-b_C1' } }),
  accepted(90, 'int input 3', withInput('type: int', '{p: 3}'), { params: { p: 3 } }),
  accepted(90, 'int input "3"', withInput('type: int', '{p: "3"}'), { params: { p: 3 } }),
  refused(90, 'int input 3.0', withInput('type: int', '{p: 3.0}'), ['wrong_type', 'params.p']),
  refused(90, 'int input foo', withInput('type: int', '{p: foo}'), ['wrong_type', 'params.p']),
  refused(91, 'float input 3', withInput('type: float', '{p: 3}'), ['wrong_type', 'params.p']),
  refused(92, 'default without is_optional', withInput('type: int, default: 3', '{p: 3}'), [
    'io_default',
    'inputs[0].default',
  ]),
  refused(92, 'required input missing', withInput('type: int', '{}'), ['io_missing', 'inputs[0]']),
  refused(92, 'param that is no input', withInput('type: int', '{p: 3, q: 1}'), ['io_undeclared', 'params.q']),
  refused(92, 'value that is no option', withInput('type: int, options: [1, 2]', '{p: 3}'), ['not_in', 'params.p']),
  refused(93, 'is_flag on int', withInput('type: int, is_flag: true', '{p: 3}'), ['io_flag', 'inputs[0].is_flag']),
  accepted(93, 'flag true', withInput('type: bool, is_flag: true', '{p: true}', 'x {{ p }}'), { command: 'x --p' }),
  accepted(93, 'flag false', withInput('type: bool, is_flag: true', '{p: false}', 'x {{ p }}'), { command: 'x' }),
  different(
    accepted(93, 'flag with -P p=false', withInput('type: bool, is_flag: true', '{p: true}', 'x {{ p }}'), {
      with: { p: 'false' },
      command: 'x',
    }),
    'A flag given the text "false" is off; in 0.6 it was on.',
  ),
  notBuilt(
    refused(94, 'output of a job', withInput('type: int', '{p: "{{ jobs.1.outputs.p }}"}'), [
      'io_reference',
      'params.p',
    ]),
    'Outputs of other runs cannot be used as parameters; 0.6 accepted them and crashed.',
  ),
  refused(94, 'output of a job by name', withInput('type: int', '{p: "{{ jobs.foo.outputs.p }}"}'), [
    'io_reference',
    'params.p',
  ]),
  refused(94, 'output of something else', withInput('type: int', '{p: "{{ foo.1.outputs.p }}"}'), [
    'io_reference',
    'params.p',
  ]),
  accepted(95, 'mappings merge', [E('params: {b: {c: 1, d: 2}}'), 'params: {b: {c: 9}}'], {
    params: { b: { c: 9, d: 2 } },
  }),
  accepted(96, 'a list replaces', [E('params: {b: [1, 2]}'), 'params: {b: [3]}'], { params: { b: [3] } }),
  accepted(96, 'null replaces', [E('params: {b: {c: 1}}'), 'params: {b: null}'], { params: { b: null } }),
  accepted(96, 'a scalar replaces', [E('params: {b: {c: 1}}'), 'params: {b: 5}'], { params: { b: 5 } }),
  refused(97, 'dockerfile over image', [E(), 'build: {dockerfile: D}'], ['exactly_one', 'build']),
  accepted(97, 'dockerfile over image with image null', [E(), 'build: {dockerfile: D, image: null}'], {
    plan: { build: { image: null } },
  }),
  notBuilt(accepted(98, 'debug', E(), { command: 'x' }), NO_DEBUG),
  notBuilt(refused(99, 'pipeline', head('pipeline', 'ops: []'), ['kind_pipeline', 'kind']), PIPELINES),
  notBuilt(
    refused(100, 'pipeline with schedule', head('pipeline', 'schedule: {interval: 5}'), ['kind_pipeline', 'kind']),
    PIPELINES,
  ),
  notBuilt(accepted(101, 'ignore files', E(), { command: 'x' }), NO_UPLOAD),
  accepted(
    102,
    'hyperband brackets',
    withHyperband('max_iter: 81, eta: 3, resource: {name: n}, metric: {name: loss}'),
    {
      plan: { method: { name: 'hyperband', trialsMax: null, halving: { resource: 'n', max: 81, min: 1, eta: 3 } } },
    },
  ),
  accepted(
    103,
    'random search in a small space',
    G('{random_search: {n_experiments: 10}, matrix: {a: {values: [1, 2]}, b: {values: [1, 2]}}}'),
    {
      pointCount: 4,
      warning: 'budget_over_space',
    },
  ),
  accepted(104, 'grid in a small space', G('{grid_search: {n_experiments: 10}, matrix: {a: {values: [1, 2, 3]}}}'), {
    pointCount: 3,
    values: [1, 2, 3],
    warning: 'budget_over_space',
  }),
  different(
    accepted(105, 'image yes', withBuild('image: yes'), {
      plan: { build: { image: 'yes' } },
      warning: 'yaml11_boolean',
    }),
    OLD_YAML,
  ),
  different(
    accepted(105, 'tag yes', E('tags: [yes]'), { plan: { tags: ['yes'] }, warning: 'yaml11_boolean' }),
    OLD_YAML,
  ),
  different(accepted(105, 'date', E('params: {day: 2020-01-31}'), { params: { day: '2020-01-31' } }), OLD_YAML),
]
