import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { Float } from '../../contract/values.ts'
import type { ValueMap } from '../../contract/values.ts'
import { resolveParams } from './render.ts'
import { namesIn, renderText, TemplateValueError } from './template.ts'
import { TemplateSyntaxError } from './template-syntax.ts'

const scope: ValueMap = {
  x: 3,
  f: new Float(2),
  lr: 0.00001,
  name: 'relu',
  list: [1, 'a'],
  map: { k: 5, 'a b': 6 },
  yes: true,
  none: null,
  empty: '',
}

describe('renderText', () => {
  const cases: readonly [template: string, text: string][] = [
    ['plain', 'plain'],
    ['{{ x }}{{x}}', '33'],
    ['{{ f }} {{ lr }} {{ yes }} {{ none }} {{ list }} {{ map }}', "2.0 1e-05 True None [1, 'a'] {'k': 5, 'a b': 6}"],
    ['{{ missing }}|{{ map.missing }}|{{ list[7] }}', '||'],
    ['{{ map.k }} {{ map["a b"] }} {{ list[0] }} {{ list[-1] }}', '5 6 1 a'],
    [
      '{{ x + 1 }} {{ x / 2 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 2 ** -1 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }}',
      '4 1.5 3 -4 2 0.5 64 4',
    ],
    ['{{ 4 / 2 }} {{ f * x }} {{ 1 + yes }}', '2.0 6.0 2'],
    ['{{ (1 + 2) * 3 }} {{ 1 + 2 * 3 }}', '9 7'],
    ['{{ name ~ x }} {{ name + "!" }}', 'relu3 relu!'],
    [
      '{{ x == 3.0 }} {{ x != 3 }} {{ x >= 3 and x < 4 }} {{ not x }} {{ none or "d" }} {{ "el" in name }} {{ 2 not in list }}',
      'True False True False d True True',
    ],
    ['{{ "a" if x > 2 else "b" }} {{ "a" if x > 9 }}|', 'a |'],
    [
      '{{ missing | default(5) }} {{ none | default(5) }} {{ none | default(5, true) }} {{ missing | d("e") }}',
      '5 None 5 e',
    ],
    ['{{ name | upper | replace("RE", "-") }} {{ "ab" | replace("", ".") }}', '-LU .a.b.'],
    [
      '{{ "3.9" | float | int }} {{ "x" | int }} {{ 2.5 | round }} {{ x | round }} {{ 3.14159 | round(2) }} {{ -3 | abs }}',
      '3 0 2.0 3 3.14 3',
    ],
    [
      '{{ list | length }} {{ list | join("-") }} {{ list | first }} {{ list | last }} {{ [3, 1, 2] | sort }} {{ [3, 1] | max }} {{ [1, 2] | sum }}',
      '2 1-a 1 a [1, 2, 3] 3 3',
    ],
    ['{{ map | tojson }}', '{"k":5,"a b":6}'],
    ['{{ list | words }}', '1 a'],
    ['{% if x > 5 %}a{% elif x == 3 %}b{% else %}c{% endif %}', 'b'],
    ['{% for i in list %}{{ loop.index }}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}', '11,2a'],
    ['{% for i in [] %}a{% else %}none{% endfor %}', 'none'],
    ['a{# {{ broken #}b', 'ab'],
    [
      '{{ missing is defined }} {{ x is defined }} {{ none is none }} {{ x is not string }} {{ x is odd }}',
      'False True True True True',
    ],
    ['{{ constructor }}{{ toString }}{{ __proto__ }}{{ map.constructor }}', ''],
    ['{ {x} $x %}', '{ {x} $x %}'],
    ['a {{- x -}} b {%- if x -%} c {%- endif %} d {#- e -#} f', 'a3bc df'],
    [`{{ name[0] }}{{ name[-1] }} {{ 'a\\tb' }} {{ 'it\\'s' }}`, "ru a\tb it's"],
    ['{{ 2 * 3 ~ 4 }} {{ not y is defined }}', '64 True'],
  ]

  it.each(cases)('The template %s is rendered', (template, text) => expect(renderText(template, scope)).toBe(text))

  const malformed = [
    '{{ 1 < x < 5 }}',
    '{{ x',
    '{% if x %}',
    '{% if x',
    '{{ }}',
    '{{ x y }}',
    '{{ 1 + }}',
    '{{ (1 }}',
    '{% endif %}',
    '{% include "a" %}',
    '{% for in x %}{% endfor %}',
    '{{ x | }}',
    '{{ a.1 }}',
    '{{ @ }}',
    `{{ ${'('.repeat(100)} }}`,
    '{{ 9007199254740993 }}',
  ]
  it.each(malformed)('The template %s cannot be parsed', (template) =>
    expect(() => renderText(template, scope)).toThrow(TemplateSyntaxError),
  )

  const impossible = [
    '{{ y.z }}',
    '{{ y[0] }}',
    '{{ x + name }}',
    '{{ 1 / 0 }}',
    '{{ 1 % 0 }}',
    '{{ name < 1 }}',
    '{{ x | nothing }}',
    '{{ x | constructor }}',
    '{{ x is strange }}',
    '{% for i in x %}{% endfor %}',
    '{{ 10 ** 30 }}',
    '{{ x | length }}',
  ]
  it.each(impossible)('The template %s cannot be computed', (template) =>
    expect(() => renderText(template, scope)).toThrow(TemplateValueError),
  )

  it('A template that fails throws a TemplateSyntaxError or a TemplateValueError', () => {
    const piece = fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      ' if ',
      ' for ',
      ' in ',
      ' endif ',
      'else',
      ' x ',
      'list',
      'map',
      '.',
      '|',
      'words',
      'default',
      '(',
      ')',
      '[',
      ']',
      '"',
      "'",
      '1',
      '2.5',
      '-',
      '**',
      '//',
      '~',
      ' not ',
      ' is ',
      ',',
      '\\',
      'a',
    )

    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        try {
          expect(typeof renderText(pieces.join(''), scope)).toBe('string')
        } catch (error) {
          if (!(error instanceof TemplateSyntaxError || error instanceof TemplateValueError)) throw error
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('The limits on rendering', () => {
  const ten = '[0,1,2,3,4,5,6,7,8,9]'
  const nested = (depth: number, body: string) =>
    `{% for a in ${ten} %}`.repeat(depth) + body + '{% endfor %}'.repeat(depth)
  const cases: readonly [name: string, template: string][] = [
    ['loops in loops', nested(12, 'a')],
    ['loops in loops around nothing', nested(12, '')],
    ['text put together again and again', `{{ ${Array.from({ length: 400 }, () => 'long').join(' ~ ')} }}`],
    ['replacements', '{{ long | replace("a", long) }}'],
  ]

  it.each(cases)('A template that grows too large is stopped: %s', (_name, template) => {
    const started = performance.now()
    expect(() => renderText(template, { long: 'a'.repeat(1000) })).toThrow(TemplateValueError)
    expect(performance.now() - started).toBeLessThan(5000)
  })

  it('Parameters that double each other are stopped', () => {
    const params = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`p${index}`, `{{ p${index + 1} }}{{ p${index + 1} }}`]),
    )
    expect(() => resolveParams({ ...params, p40: 'aaaaaaaaaa' })).toThrow(TemplateValueError)
  })
})

describe('resolveParams', () => {
  it('resolveParams follows references in any order and types the results', () => {
    expect(
      resolveParams({
        z: '{{ y }}2',
        y: '{{ x }}',
        x: 1,
        l: ['{{ x }}', { m: '{{ y }}' }],
        t: '{{ x }}.5',
        s: 'relu',
        q: "'1'",
      }),
    ).toEqual({
      z: 12,
      y: 1,
      x: 1,
      l: [1, { m: 1 }],
      t: 1.5,
      s: 'relu',
      q: '1',
    })
  })

  it.each([{ a: '{{ a }}' }, { a: '/bin:{{ a }}' }, { a: '{{ b }}', b: ['{{ c }}'], c: { d: '{{ a }}' } }])(
    'Parameters with circular references are refused: %j',
    (params) => {
      expect(() => resolveParams(params)).toThrow(TemplateValueError)
    },
  )

  it('The texts of declared text inputs stay texts', () => {
    expect(resolveParams({ a: '1.10', b: '{{ a }}', c: '1.10' }, { textNames: ['a', 'b'] })).toEqual({
      a: '1.10',
      b: '1.10',
      c: 1.1,
    })
  })

  it('resolveParams reads the values in given and does not return them', () => {
    expect(resolveParams({ out: 'm-{{ lr }}', n: '{{ width * 2 }}' }, { given: { lr: 0.1, width: 8 } })).toEqual({
      out: 'm-0.1',
      n: 16,
    })
  })

  it('Parameters named like members of JavaScript objects are plain names', () => {
    const params = JSON.parse(
      '{"__proto__": {"x": 9}, "constructor": "c", "y": "{{ x }}", "z": "{{ constructor }}{{ toString }}"}',
    ) as ValueMap

    const resolved = resolveParams(params)

    expect(Object.keys(resolved)).toEqual(['__proto__', 'constructor', 'y', 'z'])
    expect(Object.hasOwn(resolved, '__proto__')).toBe(true)
    expect(resolved['y']).toBe('')
    expect(resolved['z']).toBe('c')
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})

describe('namesIn', () => {
  it('namesIn lists the names that must be defined outside the template', () => {
    expect([
      ...namesIn(
        '{{ a.b }} {{ c | default(d) }} {% if e is defined %}{{ f[g] }}{% endif %}{% for i in h %}{{ i }}{{ loop.index }}{% endfor %}{{ "k" }}',
      ),
    ]).toEqual(['a', 'd', 'f', 'g', 'h'])
  })
})
