/** Permissions that routes require of their callers: a kind of data and the operation on it. */
export const PERMISSIONS = [
  'runs.read',
  'runs.write',
  /** Sends tracking records of a run. */
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
  /** Checks documents, and reads the JSON Schema of documents. */
  'documents.check',
  /** Creates codes that sign browsers in; lists, creates and deletes access tokens. */
  'access.manage',
  'server.read',
  'server.manage',
] as const
export type Permission = (typeof PERMISSIONS)[number]
