import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { BuildPlan } from '../contract/plan.ts'
import { environmentText } from './environment-hash.ts'
import type { CodeFolder } from './environment-hash.ts'

const PYTHON = { executable: '/usr/bin/python3', version: '3.11.2' }

function folder(files: Record<string, string>): CodeFolder {
  return {
    hashFile: async (path) => (Object.hasOwn(files, path) ? `hash of ${files[path]}` : undefined),
    readText: async (path) => files[path]!,
    listFiles: async (path) => Object.keys(files).filter((name) => path === '' || name.startsWith(`${path}/`)),
  }
}

function build(steps: string[], more: Partial<BuildPlan> = {}): BuildPlan {
  return { image: null, steps, envVars: [], isFresh: false, ...more }
}

const textOf = (steps: string[], files: Record<string, string>, more: Partial<BuildPlan> = {}): Promise<string> =>
  environmentText({ python: PYTHON, build: build(steps, more), folder: folder(files) })
const readBy = async (steps: string[], files: Record<string, string>): Promise<string[]> =>
  (JSON.parse(await textOf(steps, files)) as { files: [string, string][] }).files.map(([path]) => path)

const FILES = {
  'requirements.txt': '-r more/base.txt\n-c limits.txt\n-e ./pkg\nnumpy\n# -r no.txt\n',
  'more/base.txt': '-r ../deep.txt\n./wheels/a.whl\n',
  'more/wheels/a.whl': 'wheel',
  'deep.txt': '-r requirements.txt\n-r ../outside.txt\n-r https://index/x.txt\n',
  'limits.txt': 'numpy<2',
  'no.txt': '',
  'setup.sh': 'echo',
  'pkg/setup.py': 'setup()',
  'pkg/pkg/a.py': '1',
  'train.py': 'print()',
}
const ALL_REQUIRED = [
  'deep.txt',
  'limits.txt',
  'more/base.txt',
  'more/wheels/a.whl',
  'pkg/pkg/a.py',
  'pkg/setup.py',
  'requirements.txt',
]

describe('the text that identifies an environment', () => {
  it.each([
    ['pip install -r requirements.txt', ALL_REQUIRED],
    ['pip install -rrequirements.txt', ALL_REQUIRED],
    ['pip install --requirement=./requirements.txt -q', ALL_REQUIRED],
    ['bash ./setup.sh && echo "done"', ['setup.sh']],
    ['pip install ./pkg', ['pkg/pkg/a.py', 'pkg/setup.py']],
    ['pip install numpy==2.0', []],
    ['pip install -r ../../etc/passwd /etc/hosts', []],
    ['cat train.py | sh', ['train.py']],
  ])(
    'The step "%s" reads exactly the files that it names and those that their requirements name',
    async (step, expected) => {
      expect(await readBy([step], FILES)).toEqual(expected)
    },
  )

  it('A step that installs the code folder reads all its files', async () => {
    expect(await readBy(['pip install .[test]'], FILES)).toEqual(Object.keys(FILES).sort())
  })

  it('The text depends only on steps, variables, interpreter and the bytes of the files read', async () => {
    const base = await textOf(['pip install -r limits.txt'], FILES)

    expect(
      await textOf(['pip install -r limits.txt'], { ...FILES, 'train.py': 'other' }, { image: 'any', isFresh: true }),
    ).toBe(base)
    expect(await textOf(['pip install -r limits.txt'], { ...FILES, 'limits.txt': 'numpy<3' })).not.toBe(base)
    expect(await textOf(['pip install  -r limits.txt'], FILES)).not.toBe(base)
    expect(await textOf(['pip install -r limits.txt'], FILES, { envVars: [['A', 'b']] })).not.toBe(base)

    const newer = {
      python: { ...PYTHON, version: '3.11.3' },
      build: build(['pip install -r limits.txt']),
      folder: folder(FILES),
    }

    expect(await environmentText(newer)).not.toBe(base)
  })

  it('No step and no requirements file makes the hash read a path outside the code folder', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('.', '/', 'a', '-', 'r', ' ', '\n', '~', '\\') }),
        async (text) => {
          const asked: string[] = []
          const spy: CodeFolder = {
            hashFile: async (path) => (asked.push(path), path === 'a.txt' ? 'h' : undefined),
            readText: async () => `-r ${text}`,
            listFiles: async (path) => (asked.push(path), []),
          }

          await environmentText({ python: PYTHON, build: build([text, 'pip install -r a.txt']), folder: spy })
          for (const path of asked) expect(path.startsWith('/') || path.split('/').includes('..')).toBe(false)
        },
      ),
    )
  })
})
