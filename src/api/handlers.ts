import type { Handlers } from './bind.ts'
import { createAccessTokenHandlers } from './handlers/access-tokens.ts'
import { createChartHandlers } from './handlers/charts.ts'
import { createCodeHandlers } from './handlers/code.ts'
import { createProjectHandlers } from './handlers/projects.ts'
import { createRunDataHandlers } from './handlers/run-data.ts'
import { createRunHandlers } from './handlers/runs.ts'
import type { HandlerDeps } from './handlers/shared.ts'
import { createSweepHandlers } from './handlers/sweeps.ts'
import { createSystemHandlers } from './handlers/system.ts'

/** Creates one handler per route. A handler finds what the path names, calls a service and returns a view. */
export function createHandlers(deps: HandlerDeps): Handlers {
  return {
    ...createSystemHandlers(deps),
    ...createAccessTokenHandlers(deps),
    ...createRunHandlers(deps),
    ...createRunDataHandlers(deps),
    ...createSweepHandlers(deps),
    ...createProjectHandlers(deps),
    ...createCodeHandlers(deps),
    ...createChartHandlers(deps),
  }
}
