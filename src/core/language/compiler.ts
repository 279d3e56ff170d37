import type { CheckResult } from './check.ts'
import type { Compiled } from './compile.ts'
import type { Source } from './document.ts'

/** Compiles documents, in the calling thread or in another one. */
export interface Compiler {
  /** Returns the result of `loadPlan`. Throws SpecError. */
  load(sources: readonly Source[], params: Readonly<Record<string, string>>): Promise<Compiled>
  /** Returns the result of `checkDocument`. Throws SpecError. */
  check(sources: readonly Source[], params: Readonly<Record<string, string>>, shown: number): Promise<CheckResult>
}
