import { rmSync } from 'node:fs'

import type { TestProject } from 'vitest/node'

import { preparePostgres, startPostgres, TEMPLATE_VARIABLE } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Why PostgreSQL cannot run here; empty when it can. */
    postgresError: string
  }
}

/** Finds out once whether a real PostgreSQL server can run here, and prepares what all its servers begin with. */
export async function setup(project: TestProject): Promise<void> {
  try {
    process.env[TEMPLATE_VARIABLE] = preparePostgres()
    const server = await startPostgres()
    await server[Symbol.asyncDispose]()
    project.provide('postgresError', '')
  } catch (error) {
    project.provide('postgresError', `no PostgreSQL: ${(error as Error).message.split('\n')[0]}`)
  }
}

export function teardown(): void {
  const template = process.env[TEMPLATE_VARIABLE]
  if (template !== undefined) rmSync(template, { recursive: true, force: true })
}
