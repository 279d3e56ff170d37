import { rmSync } from 'node:fs'

import type { TestProject } from 'vitest/node'

import { preparePostgres, startPostgres, TEMPLATE_VARIABLE } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Why PostgreSQL cannot run on this machine; empty if it can. */
    postgresError: string
  }
}

/**
 * Prepares the template of all PostgreSQL servers, and starts one server to find out whether PostgreSQL can run on this
 * machine. Runs once, before all tests.
 */
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

/** Removes the template. Runs once, after all tests. */
export function teardown(): void {
  const template = process.env[TEMPLATE_VARIABLE]
  if (template !== undefined) rmSync(template, { recursive: true, force: true })
}
