import { beforeAll, expect, it, vi } from 'vitest'

import { loadTexts } from '../../texts/texts.ts'
import { codeRows, environmentRows, fileHashes, metricNames, packageVersions, resourceRows } from './facts.ts'

vi.hoisted(() => vi.stubGlobal('document', { documentElement: { lang: 'en' } }))
beforeAll(loadTexts)

const summary = { last: 1, min: 1, max: 1, mean: 1, count: 1 }

it('The metrics of a comparison are those of all runs by name, without those of the machine', () =>
  expect(
    metricNames([{ metrics: { loss: summary, 'system.cpu': summary } }, { metrics: { accuracy: summary } }]),
  ).toEqual(['accuracy', 'loss']))

it('The rows of the code are the command, the commit and the files of each run', () => {
  const file = { sizeBytes: 1, isExecutable: false }
  const files = fileHashes(
    new Map([
      ['one', { files: [{ path: 'train.py', sha256: '0123456789abcdef', ...file }] }],
      ['two', { files: [{ path: 'model.py', sha256: 'fedcba9876543210', ...file }] }],
    ]),
  )
  const runs = [
    { command: 'python train.py', commit: 'a', branch: null, snapshot: 'one' },
    { command: null, commit: 'b', branch: null, snapshot: 'two' },
    { command: null, commit: null, branch: null, snapshot: null },
  ]
  expect(codeRows(runs, files)).toEqual([
    { name: 'Command', values: ['python train.py', undefined, undefined] },
    { name: 'Commit', values: ['a', 'b', undefined] },
    { name: 'train.py', values: ['01234567', undefined, undefined] },
    { name: 'model.py', values: [undefined, 'fedcba98', undefined] },
  ])
})

it('The rows of the resources are those that a run requests', () =>
  expect(resourceRows([{ resources: { cpu: 2 } }, { resources: { cpu: 4, memoryMib: 512 } }])).toEqual([
    { name: 'CPU', values: [2, 4] },
    { name: 'Memory', values: [undefined, '512 MiB'] },
  ]))

it('The rows of the environment are Python and the packages', () => {
  const packages = packageVersions([{ hash: 'h', packages: ['numpy==2.1.0', 'local @ file:///x'] }])
  const python = { python: { executable: 'python', version: '3.12' }, environment: null, imageAsked: null }
  expect(
    environmentRows(
      [
        { ranOn: python, environment: 'h' },
        { ranOn: null, environment: null },
      ],
      packages,
    ),
  ).toEqual([
    { name: 'Python', values: ['3.12', undefined] },
    { name: 'numpy', values: ['2.1.0', undefined] },
    { name: 'local @ file:///x', values: ['', undefined] },
  ])
})
