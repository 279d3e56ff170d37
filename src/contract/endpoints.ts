/** The method and the path of a route. A path parameter begins with a colon. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
}

/**
 * Methods and paths of the API by route name. They are apart from the schemas and access rules in `contract/routes/`,
 * so that clients can import them alone. The first matching path wins: `/runs/counts` must stand before `/runs/:run`.
 */
export const ENDPOINTS = {
  health: { method: 'GET', path: '/api/v1/health' },
  openapi: { method: 'GET', path: '/api/v1/openapi.json' },
  createSessionCode: { method: 'POST', path: '/api/v1/session/codes' },
  openSession: { method: 'POST', path: '/api/v1/session' },
  closeSession: { method: 'DELETE', path: '/api/v1/session' },
  doctor: { method: 'GET', path: '/api/v1/doctor' },
  submit: { method: 'POST', path: '/api/v1/submissions' },
  checkDocument: { method: 'POST', path: '/api/v1/checks' },
  getLanguage: { method: 'GET', path: '/api/v1/language' },
  listRuns: { method: 'GET', path: '/api/v1/runs' },
  createRun: { method: 'POST', path: '/api/v1/runs' },
  bulkRuns: { method: 'POST', path: '/api/v1/runs/bulk' },
  countRuns: { method: 'GET', path: '/api/v1/runs/counts' },
  groupRuns: { method: 'POST', path: '/api/v1/runs/groups' },
  listNames: { method: 'GET', path: '/api/v1/runs/names' },
  listVaried: { method: 'GET', path: '/api/v1/runs/varied' },
  getSeries: { method: 'POST', path: '/api/v1/series' },
  getBands: { method: 'POST', path: '/api/v1/series/groups' },
  getSlots: { method: 'GET', path: '/api/v1/slots' },
  getRun: { method: 'GET', path: '/api/v1/runs/:run' },
  changeRun: { method: 'PATCH', path: '/api/v1/runs/:run' },
  deleteRun: { method: 'DELETE', path: '/api/v1/runs/:run' },
  restoreRun: { method: 'POST', path: '/api/v1/runs/:run/restore' },
  stopRun: { method: 'POST', path: '/api/v1/runs/:run/stop' },
  pauseRun: { method: 'POST', path: '/api/v1/runs/:run/pause' },
  resumeRun: { method: 'POST', path: '/api/v1/runs/:run/resume' },
  restartRun: { method: 'POST', path: '/api/v1/runs/:run/restart' },
  copyRun: { method: 'POST', path: '/api/v1/runs/:run/copy' },
  getDocument: { method: 'GET', path: '/api/v1/runs/:run/document' },
  getLogs: { method: 'GET', path: '/api/v1/runs/:run/logs' },
  searchLogs: { method: 'GET', path: '/api/v1/runs/:run/logs/search' },
  countLogLines: { method: 'GET', path: '/api/v1/runs/:run/logs/lines' },
  getMetric: { method: 'GET', path: '/api/v1/runs/:run/metrics/:name' },
  getBuckets: { method: 'GET', path: '/api/v1/runs/:run/buckets/:name' },
  listArtifacts: { method: 'GET', path: '/api/v1/runs/:run/artifacts' },
  getArtifact: { method: 'GET', path: '/api/v1/runs/:run/artifacts/content' },
  track: { method: 'POST', path: '/api/v1/runs/:run/batches' },
  listSweeps: { method: 'GET', path: '/api/v1/sweeps' },
  getSweep: { method: 'GET', path: '/api/v1/sweeps/:sweep' },
  changeSweep: { method: 'PATCH', path: '/api/v1/sweeps/:sweep' },
  deleteSweep: { method: 'DELETE', path: '/api/v1/sweeps/:sweep' },
  restoreSweep: { method: 'POST', path: '/api/v1/sweeps/:sweep/restore' },
  stopSweep: { method: 'POST', path: '/api/v1/sweeps/:sweep/stop' },
  pauseSweep: { method: 'POST', path: '/api/v1/sweeps/:sweep/pause' },
  resumeSweep: { method: 'POST', path: '/api/v1/sweeps/:sweep/resume' },
  getTrials: { method: 'GET', path: '/api/v1/sweeps/:sweep/trials' },
  getBeliefs: { method: 'GET', path: '/api/v1/sweeps/:sweep/beliefs' },
  extendSweep: { method: 'POST', path: '/api/v1/sweeps/:sweep/extend' },
  addPoint: { method: 'POST', path: '/api/v1/sweeps/:sweep/points' },
  restartSweep: { method: 'POST', path: '/api/v1/sweeps/:sweep/restart' },
  restartFailed: { method: 'POST', path: '/api/v1/sweeps/:sweep/restart-failed' },
  resolve: { method: 'GET', path: '/api/v1/numbers/:number' },
  completeFilter: { method: 'GET', path: '/api/v1/filter/completions' },
  readFilter: { method: 'GET', path: '/api/v1/filter' },
  listProjects: { method: 'GET', path: '/api/v1/projects' },
  createProject: { method: 'POST', path: '/api/v1/projects' },
  getProject: { method: 'GET', path: '/api/v1/projects/:project' },
  changeProject: { method: 'PATCH', path: '/api/v1/projects/:project' },
  deleteProject: { method: 'DELETE', path: '/api/v1/projects/:project' },
  restoreProject: { method: 'POST', path: '/api/v1/projects/:project/restore' },
  setDirection: { method: 'PUT', path: '/api/v1/projects/:project/metrics/:name' },
  listTokens: { method: 'GET', path: '/api/v1/tokens' },
  createToken: { method: 'POST', path: '/api/v1/tokens' },
  deleteToken: { method: 'DELETE', path: '/api/v1/tokens/:token' },
  listViews: { method: 'GET', path: '/api/v1/projects/:project/views' },
  putView: { method: 'PUT', path: '/api/v1/projects/:project/views/:name' },
  deleteView: { method: 'DELETE', path: '/api/v1/projects/:project/views/:name' },
  emptyTrash: { method: 'POST', path: '/api/v1/trash/empty' },
  listEvents: { method: 'GET', path: '/api/v1/events' },
  streamEvents: { method: 'GET', path: '/api/v1/events/stream' },
  findMissing: { method: 'POST', path: '/api/v1/snapshots/missing' },
  putBlobs: { method: 'POST', path: '/api/v1/blobs' },
  createSnapshot: { method: 'POST', path: '/api/v1/snapshots' },
  getSnapshot: { method: 'GET', path: '/api/v1/snapshots/:digest' },
  getBlob: { method: 'GET', path: '/api/v1/blobs/:digest' },
  listEnvironments: { method: 'GET', path: '/api/v1/environments' },
  getEnvironment: { method: 'GET', path: '/api/v1/environments/:hash' },
  removeEnvironment: { method: 'DELETE', path: '/api/v1/environments/:hash' },
  shutdown: { method: 'POST', path: '/api/v1/shutdown' },
} as const satisfies Record<string, Endpoint>

export type RouteName = keyof typeof ENDPOINTS

/** The names of the parameters in a path. */
export type ParamName<N extends RouteName> = NamesIn<(typeof ENDPOINTS)[N]['path']>
type NamesIn<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | NamesIn<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never

/** The values of the parameters in a path. */
export type ParamsOf<N extends RouteName> = Readonly<Record<ParamName<N>, string | number>>

export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/**
 * Returns the path and query of a route: path parameters are filled in, and query fields that are undefined are left
 * out. All values are escaped for a URL.
 */
export function buildPath<N extends RouteName>(name: N, params: ParamsOf<N>, query: Query = {}): string {
  const filled = ENDPOINTS[name].path.replace(/:(\w+)/g, (_, key: string) =>
    encodeURIComponent(String(params[key as ParamName<N>])),
  )
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([key, value]): [string, string][] =>
      value === undefined ? [] : [[key, String(value)]],
    ),
  )
  return search.size > 0 ? `${filled}?${search}` : filled
}
