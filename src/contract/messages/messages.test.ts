import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { CATALOGUES, fill, toLocale } from './messages.ts'

const placeholders = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!))].sort((a, b) => a.localeCompare(b))

describe('the two languages', () => {
  it('Both languages have the same codes with the same arguments', () => {
    for (const part of ['problems', 'errors', 'reasons', 'waiting', 'cli', 'details'] as const) {
      const [english, japanese] = [CATALOGUES.en[part], CATALOGUES.ja[part]] as [
        Record<string, string | readonly string[]>,
        Record<string, string | readonly string[]>,
      ]
      expect(Object.keys(japanese)).toEqual(Object.keys(english))
      for (const code of Object.keys(english))
        expect([code, placeholders([japanese[code]].flat().join(' '))]).toEqual([
          code,
          placeholders([english[code]].flat().join(' ')),
        ])
    }
  })

  it('Every sentence is used in the code', () => {
    const root = join(import.meta.dirname, '../..')
    const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !name.includes('messages'),
    )
    const code = sources.map((name) => readFileSync(join(root, name), 'utf8')).join('\n')

    for (const part of ['problems', 'errors', 'reasons', 'waiting', 'cli', 'details'] as const) {
      // A phrase with `_fix` is used together with the phrase that it belongs to.
      for (const name of Object.keys(CATALOGUES.en[part]).map((code) => code.replace(/_fix$/, '')))
        expect([name, new RegExp(`['"\`]${name}['"\`]|\\b${name}:`).test(code)]).toEqual([name, true])
    }
  })

  it('No error and no ending contains a sentence of one language', () => {
    const root = join(import.meta.dirname, '../..')
    const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !/messages|\.test\./.test(name),
    )
    const sentence = /(?:AppError\('\w+', \{\s*|evidence: \{ )detail: (?:'[^']* |`[^`]*[a-z] )/
    expect(sources.filter((name) => sentence.test(readFileSync(join(root, name), 'utf8')))).toEqual([])
  })

  it('The language is chosen by the locale', () => {
    expect(['ja_JP.UTF-8', 'ja', 'ja-JP,en;q=0.5', 'en_US', 'C', undefined].map(toLocale)).toEqual([
      'ja',
      'ja',
      'ja',
      'en',
      'en',
      'en',
    ])
  })

  it('A placeholder is never filled from the prototype of the arguments', () => {
    expect(fill('{constructor}{a}', { a: 1 })).toBe('1')
  })
})
