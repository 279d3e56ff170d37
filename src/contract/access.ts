/** Rights that routes need. Each names a kind of data and what is done to it. */
export const PERMISSIONS = [
  'runs.read',
  'runs.write',
  /** Sending the tracking records of a run. */
  'runs.track',
  'sweeps.read',
  'sweeps.write',
  'projects.read',
  'projects.write',
  'code.read',
  'code.write',
  'environments.read',
  'environments.write',
  'events.read',
  /** Checking documents, and reading their language. */
  'documents.check',
  /** Signing in browsers, and managing access tokens. */
  'access.manage',
  'server.read',
  'server.manage',
] as const
export type Permission = (typeof PERMISSIONS)[number]
