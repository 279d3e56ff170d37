import type { Compiled } from './compile.ts'
import { compileDocument } from './compile.ts'
import type { Document, Source } from './document.ts'
import type { IoSpec } from '../../contract/spec.ts'
import { isValueMap } from '../../contract/values.ts'
import { PARAMS_FILE } from './document.ts'
import { paramsSource, parseDocument } from './parse-document.ts'

/**
 * Parses and merges the sources of one document. `params`, from the command line, are merged last: into `declarations`
 * if the document uses that older name, otherwise into `params`; for a kind without `params`, as defaults of its
 * inputs. Throws SpecError.
 */
function loadDocument(sources: readonly Source[], params: Readonly<Record<string, string>> = {}): Document {
  const document = parseDocument(sources)
  if (Object.keys(params).length === 0) return document
  if (KINDS_WITHOUT_PARAMS.has(String(document.data['kind'])))
    return parseDocument([...sources, inputsSource(document.data['inputs'], params)])
  const section = document.data['declarations'] && !document.data['params'] ? 'declarations' : 'params'
  return parseDocument([...sources, paramsSource(withBooleans(document.data[section], params), section)])
}

const KINDS_WITHOUT_PARAMS = new Set(['build', 'notebook', 'tensorboard'])

/**
 * Returns a source with the inputs of a document and the given values as their defaults, for kinds without `params`. If
 * a given name is not an input, the source has a `params` section instead, which validation refuses.
 */
function inputsSource(inputs: unknown, params: Readonly<Record<string, string>>): Source {
  const declared = (Array.isArray(inputs) ? inputs : []).filter(isValueMap) as unknown as Partial<IoSpec>[]
  const given = declared.map((io) =>
    io.name !== undefined && Object.hasOwn(params, io.name)
      ? { ...io, default: params[io.name], is_optional: true }
      : io,
  )
  const undeclared = Object.keys(params).filter((name) => !declared.some((io) => io.name === name))
  return { file: PARAMS_FILE, text: JSON.stringify(undeclared.length > 0 ? { params } : { inputs: given }) }
}

/**
 * Converts texts such as `false` and `no` to `True` or `False`, for parameters that are booleans in the document. The
 * command line passes texts only.
 */
function withBooleans(own: unknown, params: Readonly<Record<string, string>>): Record<string, string> {
  const isFlag = (name: string): boolean =>
    isValueMap(own) && Object.hasOwn(own, name) && typeof own[name] === 'boolean'
  return Object.fromEntries(
    Object.entries(params).map(([name, text]) => [name, isFlag(name) ? toBooleanText(text) : text]),
  )
}

function toBooleanText(text: string): string {
  if (/^(true|yes|on|1)$/i.test(text)) return 'True'
  return /^(false|no|off|0)$/i.test(text) ? 'False' : text
}

/** Merges and compiles the sources of one document. `params` are those of the command line. Throws SpecError. */
export function loadPlan(sources: readonly Source[], params: Readonly<Record<string, string>> = {}): Compiled {
  return compileDocument(loadDocument(sources, params))
}
