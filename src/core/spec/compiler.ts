import type { Checked } from './check.ts'
import type { Compiled } from './compile.ts'
import type { Source } from './document.ts'

/** Reads documents: in this thread, or in one of its own. */
export interface Compiler {
  /** `loadPlan`. Throws SpecError. */
  load(sources: readonly Source[], params: Readonly<Record<string, string>>): Promise<Compiled>
  /** `checkDocument`. Throws SpecError. */
  check(sources: readonly Source[], params: Readonly<Record<string, string>>, shown: number): Promise<Checked>
}
