import { expect, it } from 'vitest'
import { z } from 'zod'

import { runOrSweepReference, uuid } from '../../contract/ids.ts'
import { detailText } from '../../contract/messages/messages.ts'
import { projectName } from '../../contract/project.ts'
import { ROUTES } from '../../contract/routes/all.ts'
import { sha256 } from '../../contract/snapshot.ts'
import { describeFaults } from './schema-faults.ts'

const body = z.strictObject({
  name: projectName.optional(),
  run: runOrSweepReference.optional(),
  id: uuid.optional(),
  hash: sha256.optional(),
  text: z.string().min(2).max(4).optional(),
  list: z.array(z.number().int().min(1).max(9)).min(1).max(2).optional(),
  mode: z.enum(['a', 'b']).optional(),
  at: z.iso.datetime().optional(),
  either: z.union([z.literal(1), z.strictObject({ x: z.string() })]).optional(),
  isOn: z.boolean().optional(),
  nested: z.strictObject({ n: z.number() }).optional(),
})

function describe(schema: z.ZodType, value: unknown): [string, string] {
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) throw new Error('the value fits the schema')
  const faults = describeFaults(result.error.issues)
  return [detailText('en', faults), detailText('ja', faults)]
}

it.each<[unknown, string, string]>([
  ['text', 'expected an object', 'オブジェクト が必要です'],
  [{ name: 'a b' }, 'name: letters, digits, dots, dashes and underscores, at most 100', 'name: 英数字、ドット'],
  [{ run: 'x' }, 'run: a number or a UUID', 'run: 番号または UUID'],
  [{ id: 'x' }, 'id: a lower-case UUID', 'id: 小文字の UUID'],
  [{ hash: 'x' }, 'hash: a SHA-256 in lower-case hex', 'hash: 小文字の 16 進数'],
  [{ text: 5 }, 'text: expected text', 'text: '],
  [{ text: 'x' }, 'text: at least 2 characters', 'text: 2 文字以上'],
  [{ text: 'xxxxx' }, 'text: at most 4 characters', 'text: 4 文字以内'],
  [{ list: {} }, 'list: expected a list', 'list: '],
  [{ list: [] }, 'list: at least 1 items', 'list: 1 件以上'],
  [{ list: [1, 2, 3] }, 'list: at most 2 items', 'list: 最大 2 件'],
  [{ list: [1, 10] }, 'list.1: at most 9', 'list.1: 最大 9'],
  [{ list: [0] }, 'list.0: at least 1', 'list.0: 最小 1'],
  [{ list: [1.5] }, 'list.0: expected a whole number', 'list.0: '],
  [{ mode: 'c' }, 'mode: expected one of a, b', 'mode: a, b のいずれか が必要です'],
  [{ at: 'noon' }, 'at: does not have the form datetime', 'at: datetime の形式'],
  [{ either: 2 }, 'either: has a form that is not accepted', 'either: 受け付けられない形です'],
  [{ isOn: 'yes' }, 'isOn: expected true or false', 'isOn: '],
  [{ nested: {} }, 'nested.n: is missing', 'nested.n: ありません'],
  [{ nested: { n: 1, m: 2 } }, 'nested: has unknown fields: m', 'nested: 不明なフィールドがあります: m'],
  [{ extra: 1, more: 2 }, 'has unknown fields: extra, more', '不明なフィールドがあります: extra, more'],
  [{ text: 5, mode: 'c' }, 'text: expected text; mode: expected one of a, b', 'text: '],
])('The request %j is refused in both languages', (value, english, japanese) => {
  const [en, ja] = describe(body, value)
  expect(en).toBe(english)
  expect(ja).toContain(japanese)
  expect(ja).toMatch(/[\u3040-\u9fff]/)
})

it('At most five faults of a request are described', () => {
  const [en] = describe(body, { name: 1, run: 1, id: 1, hash: 1, text: 1, mode: 1 })
  expect(en.split('; ')).toHaveLength(5)
})

it('The rules that routes have of their own are described in both languages', () => {
  const bulk = ROUTES.bulkRuns.body
  expect(describe(bulk, { action: 'move' })).toEqual(['to: the project to move to', 'to: 移動先のプロジェクト'])
  expect(describe(bulk, { action: 'tag' })).toEqual(['tags: the tags', 'tags: タグ'])
  const search = ROUTES.searchLogs.query
  expect(describe(search, {})).toEqual(['either pattern or severity', 'pattern と severity のどちらか一方'])
})
