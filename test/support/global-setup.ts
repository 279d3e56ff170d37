import type { TestProject } from 'vitest/node'

import { startPostgres } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Why PostgreSQL cannot run here; empty when it can. */
    postgresError: string
  }
}

/** Finds out once whether a real PostgreSQL server can run here. */
export async function setup(project: TestProject): Promise<void> {
  try {
    const server = await startPostgres()
    await server[Symbol.asyncDispose]()
    project.provide('postgresError', '')
  } catch (error) {
    project.provide('postgresError', `no PostgreSQL: ${(error as Error).message.split('\n')[0]}`)
  }
}
