import type { Handlers } from './bind.ts'
import { createAccessHandlers } from './handlers/access.ts'
import { createChartHandlers } from './handlers/charts.ts'
import { createEnvironmentHandlers } from './handlers/environments.ts'
import { createEventHandlers } from './handlers/events.ts'
import { createLogHandlers } from './handlers/logs.ts'
import { createOutputHandlers } from './handlers/outputs.ts'
import { createProjectHandlers } from './handlers/projects.ts'
import { createRunHandlers } from './handlers/runs.ts'
import type { HandlerDeps } from './handlers/shared.ts'
import { createSnapshotHandlers } from './handlers/snapshots.ts'
import { createSubmissionHandlers } from './handlers/submissions.ts'
import { createSweepHandlers } from './handlers/sweeps.ts'
import { createSystemHandlers } from './handlers/system.ts'
import { createTrackingHandlers } from './handlers/tracking.ts'

/**
 * Creates one handler per route. A handler loads the record that the path names, calls a service and returns a view.
 */
export function createHandlers(deps: HandlerDeps): Handlers {
  return {
    ...createAccessHandlers(deps),
    ...createChartHandlers(deps),
    ...createEnvironmentHandlers(deps),
    ...createEventHandlers(deps),
    ...createLogHandlers(deps),
    ...createOutputHandlers(deps),
    ...createProjectHandlers(deps),
    ...createRunHandlers(deps),
    ...createSnapshotHandlers(deps),
    ...createSubmissionHandlers(deps),
    ...createSweepHandlers(deps),
    ...createSystemHandlers(deps),
    ...createTrackingHandlers(deps),
  }
}
