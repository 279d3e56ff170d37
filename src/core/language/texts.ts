import type { Spec } from '../../contract/spec.ts'
import type { Value } from '../../contract/values.ts'
import type { PathKey } from './document.ts'
import { replaceTexts } from './render.ts'

/** A text of a document that may contain templates, with its path in the document. */
export interface TextAtPath {
  readonly text: string
  readonly path: readonly PathKey[]
}

/** Returns the path of a line of `run.cmd`; that of `run.cmd` itself if it has a single line. */
export function commandPath(lines: readonly string[], index: number): readonly PathKey[] {
  return lines.length > 1 ? ['run', 'cmd', index] : ['run', 'cmd']
}

/** Returns the texts in all sections of a document in which templates are allowed. */
export function textsOf(spec: Spec): TextAtPath[] {
  const sections = spec as { [name: string]: Value }
  const lines = ('run' in spec && spec.run?.cmd) || []
  const texts: TextAtPath[] = lines.map((text, index) => ({ text, path: commandPath(lines, index) }))

  const add = (value: Value | undefined, path: readonly PathKey[]): void => {
    if (value !== undefined)
      replaceTexts(value, path, (text, at) => {
        texts.push({ text, path: at })
        return text
      })
  }

  for (const name of [
    'params',
    'declarations',
    'tags',
    'environment',
    'build',
    'build_steps',
    'env_vars',
    'image',
    'lang_env',
  ])
    add(sections[name], [name])

  for (const [index, input] of (spec.inputs ?? []).entries()) add(input.default, ['inputs', index, 'default'])
  if (spec.kind === 'group')
    for (const [name, entry] of Object.entries(spec.hptuning.matrix ?? {}))
      if ('values' in entry) add([...entry.values], ['hptuning', 'matrix', name, 'values'])

  return texts
}
