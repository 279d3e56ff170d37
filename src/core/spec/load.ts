import type { Compiled } from './compile.ts'
import { compileDocument } from './compile.ts'
import type { Document, Source } from './document.ts'
import { paramsSource, parseDocument } from './parse.ts'

/**
 * Reads, merges and parses the sources of one document, with parameters from outside merged last: into `declarations`
 * where the document still uses that name, into `params` otherwise. Throws SpecError.
 */
function loadDocument(sources: readonly Source[], params: Readonly<Record<string, string>> = {}): Document {
  const document = parseDocument(sources)
  if (Object.keys(params).length === 0) return document
  const section = document.data['declarations'] && !document.data['params'] ? 'declarations' : 'params'
  return parseDocument([...sources, paramsSource(params, section)])
}

/** `loadDocument` and `compileDocument` in one. Throws SpecError. */
export function loadPlan(sources: readonly Source[], params: Readonly<Record<string, string>> = {}): Compiled {
  return compileDocument(loadDocument(sources, params))
}
