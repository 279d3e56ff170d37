import { phrase } from '../contract/fields.ts'
import { AppError } from '../contract/errors.ts'
import { LIMITS } from '../contract/limits.ts'
import type { Problem } from '../contract/problems.ts'
import { decodeValue } from '../contract/values.ts'
import type { Compiler } from '../core/language/compiler.ts'
import { SpecError } from '../core/language/document.ts'
import type { CompileRequest } from './compile-worker.ts'
import { createThread } from './thread.ts'

const IDLE_MS = 600_000

/**
 * Creates a compiler that works in worker threads, because even a short document can take long to compile. One thread
 * compiles submitted documents, another checks documents, so that checks do not delay submissions. A document that
 * takes longer than `limitMs` throws AppError `invalid`.
 */
export function createCompileThread(limitMs: number = LIMITS.compileMs): Compiler & AsyncDisposable {
  const error = (): Error => new AppError('invalid', { detail: phrase('document_slow', { seconds: limitMs / 1_000 }) })
  const options = { module: 'compile-worker', idleMs: IDLE_MS, limit: { ms: limitMs, error } }
  const [loading, checking] = [createThread<CompileRequest>(options), createThread<CompileRequest>(options)]
  return {
    load: async (sources, params) => read(await loading.request((id) => ({ id, sources, params }))),

    check: async (sources, params, shown) => read(await checking.request((id) => ({ id, sources, params, shown }))),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([loading.end(), checking.end()])
    },
  }
}

/** Decodes the result of a thread. Throws SpecError if the document has problems. */
function read<T>(text: string): T {
  const found = decodeValue(text) as { readonly made: T } | { readonly problems: readonly Problem[] }
  if ('problems' in found) throw new SpecError(found.problems)
  return found.made
}
