import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { RunDetailView } from '../../src/contract/run.ts'
import { createMemoryGroup } from '../support/memory-group.ts'
import { startTestServer, waitUntil } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'

const group = createMemoryGroup(`hagane-test-${process.pid}`, 60)
const whyNot = typeof group === 'string' ? ` (${group})` : ''

describe.skipIf(whyNot !== '')(`a run in a group with a memory limit${whyNot}`, () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startTestServer()
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    if (typeof group !== 'string') await waitUntil(async () => tryRemove(group))
  })

  const readRun = async (number: number): Promise<RunDetailView> =>
    (await server.call<RunDetailView>('GET', `/runs/${number}`)).body

  const runToEnd = async (commands: readonly string[], extra = ''): Promise<RunDetailView> => {
    const document = `version: 1\nkind: experiment\n${extra}run:\n  cmd: ${JSON.stringify(commands)}\n`
    const { number } = await server.submit(document)
    await waitUntil(async () => (await readRun(number)).endedAt !== null, 60_000)
    return await readRun(number)
  }

  const enterGroup = `echo $$ > ${typeof group === 'string' ? '' : group.processes}`
  const fillMemory = 'python3 -c "x = bytearray(300 * 2**20); print(len(x))"'

  it('ends as out of memory when the kernel kills the command', async () => {
    const run = await runToEnd([`${enterGroup} && exec ${fillMemory}`])
    expect(run).toMatchObject({ phase: 'failed', reason: 'OutOfMemory' })
  })

  it('ends as out of memory when the kernel kills a program that the command runs last', async () => {
    const run = await runToEnd([enterGroup, fillMemory])
    expect(run).toMatchObject({ phase: 'failed', reason: 'OutOfMemory' })
  })

  it('is tried again after it ran out of memory as often as the document allows', async () => {
    const run = await runToEnd([`${enterGroup} && exec ${fillMemory}`], 'environment: {max_restarts: 1}\n')
    expect(run.reason).toBe('OutOfMemory')
    expect(run.attempts.map(({ reason }) => reason)).toEqual(['OutOfMemory', 'OutOfMemory'])
  })

  it('ends as killed by a signal when another process kills the command', async () => {
    const run = await runToEnd(['kill -9 $$'])
    expect(run).toMatchObject({ phase: 'failed', reason: 'Signalled' })
  })
})

function tryRemove(group: Exclude<ReturnType<typeof createMemoryGroup>, string>): boolean {
  try {
    group.remove()
    return true
  } catch {
    return false
  }
}
