import type { CheckResult } from './check.ts'
import type { Compiled } from './compile.ts'
import type { Source } from './document.ts'

/** Compiles documents, in this thread or in a thread of its own. */
export interface Compiler {
  /** Calls `loadPlan`. Throws SpecError. */
  load(sources: readonly Source[], params: Readonly<Record<string, string>>): Promise<Compiled>
  /** Calls `checkDocument`. Throws SpecError. */
  check(sources: readonly Source[], params: Readonly<Record<string, string>>, shown: number): Promise<CheckResult>
}
