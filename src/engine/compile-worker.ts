import { parentPort } from 'node:worker_threads'

import { encodeValue } from '../contract/values.ts'
import { checkDocument } from '../core/language/check.ts'
import { SpecError } from '../core/language/document.ts'
import type { Source } from '../core/language/document.ts'
import { loadPlan } from '../core/language/load.ts'
import type { Answer } from './thread.ts'

/**
 * A request to the thread to compile a document. With `shown`, the document is checked instead, and its first `shown`
 * runs are returned.
 */
export interface CompileRequest {
  readonly id: number
  readonly sources: readonly Source[]
  readonly params: Readonly<Record<string, string>>
  readonly shown?: number
}

// This file is the program of the threads that `createCompileThread` starts.
parentPort!.on('message', ({ id, ...question }: CompileRequest) => {
  try {
    parentPort!.postMessage({ id, found: encodeValue(answer(question)) } satisfies Answer)
  } catch (error) {
    parentPort!.postMessage({ id, error: (error as Error).stack ?? String(error) } satisfies Answer)
  }
})

function answer({ sources, params, shown }: Omit<CompileRequest, 'id'>): object {
  try {
    return { made: shown === undefined ? loadPlan(sources, params) : checkDocument(sources, params, shown) }
  } catch (error) {
    if (error instanceof SpecError) return { problems: error.problems }
    throw error
  }
}
