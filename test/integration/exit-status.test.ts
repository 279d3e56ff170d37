import { afterAll, beforeAll, expect, it } from 'vitest'

import type { RunDetailView } from '../../src/contract/run.ts'
import { startTestServer, until } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

const PYTHON = (code: string): string => `python -c '${code}'`
const itself = (signal: number): string => PYTHON(`import os; os.kill(os.getpid(), ${signal})`)

it.each([
  [PYTHON('import sys; sys.exit(-1)'), 'ended with status 255'],
  [PYTHON('import sys; sys.exit(200)'), 'ended with status 200'],
  [PYTHON('import sys; sys.exit(128)'), 'ended with status 128'],
  [PYTHON('import sys; sys.exit(137)'), 'ended with status 137'],
  [PYTHON('import sys; sys.exit(143)'), 'ended with status 143'],
  [`${PYTHON('import sys; sys.exit(139)')}; exit $?`, 'ended with status 139'],
  [PYTHON('import sys; sys.exit(127)'), 'ended with status 127'],
  [PYTHON('import sys; sys.exit(126)'), 'ended with status 126'],
  [itself(9), 'ended by signal 9'],
  [itself(11), 'ended by signal 11'],
  [itself(15), 'ended by signal 15'],
  [`${itself(9)} && echo done`, 'ended by signal 9'],
  [`${itself(11)}; exit $?`, 'ended by signal 11'],
  [`printf half; ${itself(6)}; exit $?`, 'ended by signal 6'],
  ['no-such-command --x', 'the command was not found'],
  ['true && no-such-command', 'the command was not found'],
  ['touch plain; ./plain', 'the command cannot be executed'],
])('The run of the command `%s` fails with the message: %s', { timeout: 60_000 }, async (cmd, message) => {
  const { number } = await server.submit(`version: 1\nkind: experiment\nrun: {cmd: ${JSON.stringify(cmd)}}`)
  const run = async (): Promise<RunDetailView> => (await server.call<RunDetailView>('GET', `/runs/${number}`)).body
  await until(async () => (await run()).phase === 'failed')
  expect((await run()).message).toContain(message)
})
