import fc from 'fast-check'
import { errorText } from '../../contract/messages/messages.ts'
import { describe, expect, it } from 'vitest'

import { completionAt, suggestWords } from './complete.ts'
import { FilterError } from './filter.ts'
import type { Filter, Literal } from './filter.ts'
import { formatFilter } from './format.ts'
import { toSpan } from './literal.ts'
import { parseColumn, parseFilter, parseSort, splitFields, toMetricName } from './parse-filter.ts'

const formatted = (text: string): string => formatFilter(parseFilter(text))

describe('A filter', () => {
  it.each([
    ['phase = failed', 'phase = failed'],
    ['STATUS==Failed', 'phase = failed'],
    ['status = building', 'phase = preparing'],
    ['m.loss<0.3 and p.lr>=1e-3', 'm.loss < 0.3 and p.lr >= 0.001'],
    ['m.val.loss.min < 1', 'm.val.loss.min < 1'],
    ['m."loss.min" < 1', 'm."loss.min" < 1'],
    ['m."a b/c".max > 2', 'm."a b/c".max > 2'],
    ['sys.cpu_percent > 50', 'm.system.cpu_percent > 50'],
    ['p."odd name" = "x \\" y"', 'p."odd name" = "x \\" y"'],
    ['p.flag = true', 'p.flag = True'],
    ['p.lr = "0.1"', 'p.lr = "0.1"'],
    ['tag in (prod, "re-run")', 'tag in (prod, re-run)'],
    ['t.prod or not t."a b"', 'tag = prod or not (tag = "a b")'],
    ['p.optimizer is not missing', 'p.optimizer is not missing'],
    ['note contains "data set"', 'note contains "data set"'],
    ['kind not in (job, build)', 'kind not in (job, build)'],
    ['created > -7d', 'created > -604800s'],
    ['created = 2026-01-31', 'created = 2026-01-31'],
    ['created >= 2026-01-31T09:00+09:00', 'created >= 2026-01-31T00:00:00.000Z'],
    ['duration > 2h', 'duration > 7200'],
    ['phase=running or phase=queued and sweep=3', 'phase = running or (phase = queued and sweep = 3)'],
    ['(phase=running or phase=queued) and sweep=3', '(phase = running or phase = queued) and sweep = 3'],
    ['not not phase=running', 'not not (phase = running)'],
    ['p.名前 = 値', 'p.名前 = 値'],
  ])('The filter %s reads as %s', (text, expected) => {
    expect(formatted(text)).toBe(expected)
  })

  it.each([
    ['', 'filter_syntax', 1],
    ['phase', 'filter_syntax', 6],
    ['phase =', 'filter_syntax', 8],
    ['phase = failed and', 'filter_syntax', 19],
    ['phase = failed phase', 'filter_syntax', 16],
    ['(phase = failed', 'filter_syntax', 16],
    ['phase in failed', 'filter_syntax', 10],
    ['phase = "failed', 'filter_syntax', 9],
    ['phse = failed', 'filter_field', 1],
    ['phase = runing', 'filter_word', 9],
    ['m.loss = abc', 'filter_type', 10],
    ['m.loss contains 3', 'filter_syntax', 8],
    ['phase < failed', 'filter_syntax', 7],
    ['created > 2026-02-30', 'filter_type', 11],
    ['created > 7d', 'filter_type', 11],
    ['number = x', 'filter_type', 10],
    [`${'('.repeat(60)}phase=failed${')'.repeat(60)}`, 'filter_syntax', 51],
  ])('The filter %s is refused as %s in column %i', (text, code, column) => {
    const error = catchError(() => parseFilter(text))
    expect([error.code, error.args['column']]).toEqual([code, column])
  })

  it.each([
    '',
    'phase',
    'phase =',
    'phase = failed phase',
    'phase in (failed',
    'phase = "failed',
    'm.loss = abc',
    'created > 7d',
    'duration > abc',
    'p. = 1',
    'status:failed|',
  ])('The Japanese message about the filter %j has no English words but those of the filter language', (text) => {
    const { code, args } = catchError(() => parseFilter(text))
    expect(errorText('ja', code, args)).not.toMatch(/\b(?:a|the|such|one|of|end|value|number|date|closing)\b/)
    expect(errorText('en', code, args)).toMatch(/^filter, column \d+: [^{]+$/)
  })

  it('The error of a mistyped filter suggests the field or word that was probably meant', () => {
    expect(catchError(() => parseFilter('phse = failed')).args['near']).toBe('phase')
    expect(catchError(() => parseFilter('phase = runing')).args['known']).toBe('running')
  })

  it('A formatted filter is read back to the same text', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        const text = formatFilter(filter)
        expect(formatFilter(parseFilter(text))).toBe(text)
      }),
    )
  })

  it('Any text is read as a filter or refused with a FilterError, in linear time', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z.:~|%<>=!()"', 0-9-]{0,60}$/)), (text) => {
        try {
          parseFilter(text)
        } catch (error) {
          expect(error).toBeInstanceOf(FilterError)
        }
      }),
      { numRuns: 2000 },
    )
    expect(catchError(() => parseFilter('a'.repeat(100_000))).code).toBe('filter_syntax')
  })
})

describe('A query of Polyaxon 0.6', () => {
  it.each([
    ['status:running', 'phase = running'],
    ['status:~running|failed, metrics.loss:<=0.1', 'phase not in (running, failed) and m.loss <= 0.1'],
    ['created_at:2018-01-01 .. 2019-01-01', 'created >= 2018-01-01 and created <= 2019-01-01'],
    ['created_at:>2018-01-01, created_at:<2019-01-01', 'created > 2018-01-01 and created < 2019-01-01'],
    ['metrics.loss:~<1', 'not (m.loss < 1)'],
    ['metric.loss:=<3', 'm.loss <= 3'],
    ['metrics.loss:1e-3', 'm.loss = 0.001'],
    ['name:%foo%', 'name contains foo'],
    ['name:foo%', 'name starts foo'],
    ['name:~%foo', 'not (name ends foo)'],
    ['id:1,,status:running', 'number = 1 and phase = running'],
    ['params.lr:0.1', 'p.lr = 0.1'],
    ['declarations.opt:adam|sgd', 'p.opt in (adam, sgd)'],
    ['independent:true', 'sweep is missing'],
    ['created_at:>2018-10-01 10:00', 'created > 2018-10-01T10:00:00.000Z'],
    ['metrics.val/loss.x:>1', 'm.val/loss.x > 1'],
  ])('The Polyaxon query %s reads as the filter %s', (text, expected) => {
    expect(formatted(text)).toBe(expected)
  })

  it.each([
    'name:%a%b%',
    'name:%',
    'status:failed|',
    'metrics.loss:abc',
    'status:',
    'created_at:2018..',
    'status:>1',
    'nonsense:1',
  ])('The Polyaxon query %s is refused', (text) => {
    expect(() => parseFilter(text)).toThrow(FilterError)
  })
})

describe('A sort order', () => {
  it('A sort order is a list of fields, and a minus puts the largest first', () => {
    expect(parseSort('-m.acc.max, created')).toEqual([
      { field: { kind: 'metric', name: 'acc', part: 'max' }, isDescending: true },
      { field: { kind: 'column', name: 'created' }, isDescending: false },
    ])
    expect(parseSort('-m."a, b".min')).toEqual([
      { field: { kind: 'metric', name: 'a, b', part: 'min' }, isDescending: true },
    ])
    expect(parseSort('m."val.min"')).toEqual([
      { field: { kind: 'metric', name: 'val.min', part: 'last' }, isDescending: false },
    ])
    expect(() => parseSort('tag')).toThrow(FilterError)
    expect(parseSort('')).toEqual([])
  })
})

describe('A time in a filter', () => {
  it('A date covers 24 hours, and an age covers one moment', () => {
    expect(toSpan({ type: 'day', value: 0 }, 5)).toEqual({ from: 0, to: 86_399_999 })
    expect(toSpan({ type: 'age', value: 3000 }, 10_000)).toEqual({ from: 7000, to: 7000 })
  })
})

describe('Completion', () => {
  it.each([
    ['', 'field', ''],
    ['pha', 'field', 'pha'],
    ['phase ', 'operator', ''],
    ['phase = ru', 'value', 'ru'],
    ['phase = running ', 'connective', ''],
    ['phase = running and m.', 'field', 'm.'],
    ['tag in (a, ', 'value', ''],
    ['tag in (a) ', 'connective', ''],
    ['p.opt = "ad', 'value', 'ad'],
    ['p.opt is not missing ', 'connective', ''],
  ])('After the text "%s" completion expects: %s', (text, expects, prefix) => {
    expect(completionAt(text)).toMatchObject({ expects, prefix })
  })

  it('Completion offers the words of the filter language that fit', () => {
    expect(suggestWords(completionAt('pha'))).toEqual(['phase'])
    expect(suggestWords(completionAt('phase = s'))).toEqual(['starting', 'stopping', 'succeeded', 'stopped'])
    expect(suggestWords(completionAt('m.loss.m'))).toEqual(['m.loss.min', 'm.loss.max', 'm.loss.mean'])
    expect(suggestWords(completionAt('m.loss '))).not.toContain('contains')
  })
})

function catchError(work: () => unknown): FilterError {
  try {
    work()
  } catch (error) {
    if (error instanceof FilterError) return error
  }
  throw new Error('no FilterError')
}

const literals: fc.Arbitrary<Literal> = fc.string({ minLength: 1 }).map((value) => ({ type: 'text', value }))
const numbers: fc.Arbitrary<Literal> = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((value) => ({ type: 'number', value }))
const predicates: fc.Arbitrary<Filter> = fc.oneof(
  fc
    .tuple(fc.string({ minLength: 1 }), literals)
    .map(([name, value]): Filter => ({ type: 'compare', field: { kind: 'param', name }, op: '=', value })),
  fc.tuple(fc.string({ minLength: 1 }), numbers).map(([name, value]): Filter => ({
    type: 'compare',
    field: { kind: 'metric', name, part: 'min' },
    op: '<=',
    value,
  })),
  fc
    .array(literals, { minLength: 1, maxLength: 3 })
    .map((values): Filter => ({ type: 'in', field: { kind: 'column', name: 'tag' }, values })),
  fc.string({ minLength: 1 }).map((name): Filter => ({ type: 'missing', field: { kind: 'param', name } })),
)
const { filter: filters } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small' },
    predicates,
    tie('filter').map((item): Filter => ({ type: 'not', item })),
    fc.array(tie('filter'), { minLength: 2, maxLength: 3 }).map((items): Filter => ({ type: 'and', items })),
    fc.array(tie('filter'), { minLength: 2, maxLength: 3 }).map((items): Filter => ({ type: 'or', items })),
  ),
}))

describe('A list of fields', () => {
  it.each([
    ['p.lr, m.loss.min,tag', ['p.lr', 'm.loss.min', 'tag']],
    ['m."a,b".min,-p.x', ['m."a,b".min', '-p.x']],
    [`m.'a,"b'.last, p."it's"`, [`m.'a,"b'.last`, `p."it's"`]],
    ['m."a\\",b",c', ['m."a\\",b"', 'c']],
    [' , ', []],
  ])('The list %s is split only at commas outside quotes', (text, parts) => expect(splitFields(text)).toEqual(parts))

  it.each([
    ['m."train/loss".last', { kind: 'metric', name: 'train/loss', part: 'last' }],
    [`m.'a b'.best`, { kind: 'metric', name: 'a b', part: 'best' }],
    ['m."loss.min"', { kind: 'metric', name: 'loss.min', part: 'last' }],
    ['p."odd, name"', { kind: 'param', name: 'odd, name' }],
    ['p.odd name', { kind: 'param', name: 'odd name' }],
    ['tags', { kind: 'column', name: 'tag' }],
    ['sys.cpu_percent', { kind: 'metric', name: 'system.cpu_percent', part: 'last' }],
  ])('The column %s is the same field as in a filter', (text, field) => {
    expect(parseColumn(text)).toEqual(field)
    if (text !== 'tags') expect(parseSort(`-${text}`)).toEqual([{ field, isDescending: true }])
  })

  it.each([
    ['loss', 'loss'],
    ['m.loss', 'loss'],
    ['m."val loss".min', 'val loss'],
    ['sys.cpu_percent', 'system.cpu_percent'],
    ['val.loss', 'val.loss'],
  ])('The metric given as %s is named %s', (text, name) => expect(toMetricName(text)).toBe(name))
})
