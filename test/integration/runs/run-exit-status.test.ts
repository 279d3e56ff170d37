import { afterAll, beforeAll, expect, it } from 'vitest'

import type { RunDetailView } from '../../../src/contract/run.ts'
import { startTestServer, waitUntil } from '../../support/server.ts'
import type { TestServer } from '../../support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

const pythonCommand = (code: string): string => `python -c '${code}'`
const killItself = (signal: number): string => pythonCommand(`import os; os.kill(os.getpid(), ${signal})`)

it.each([
  [pythonCommand('import sys; sys.exit(-1)'), 'ended with status 255'],
  [pythonCommand('import sys; sys.exit(200)'), 'ended with status 200'],
  [pythonCommand('import sys; sys.exit(128)'), 'ended with status 128'],
  [pythonCommand('import sys; sys.exit(137)'), 'ended with status 137'],
  [pythonCommand('import sys; sys.exit(143)'), 'ended with status 143'],
  [`${pythonCommand('import sys; sys.exit(139)')}; exit $?`, 'ended with status 139'],
  [pythonCommand('import sys; sys.exit(127)'), 'ended with status 127'],
  [pythonCommand('import sys; sys.exit(126)'), 'ended with status 126'],
  [killItself(9), 'ended by signal 9'],
  [killItself(11), 'ended by signal 11'],
  [killItself(15), 'ended by signal 15'],
  [`${killItself(9)} && echo done`, 'ended by signal 9'],
  [`${killItself(11)}; exit $?`, 'ended by signal 11'],
  [`printf half; ${killItself(6)}; exit $?`, 'ended by signal 6'],
  ['no-such-command --x', 'the command was not found'],
  ['true && no-such-command', 'the command was not found'],
  ['touch plain; ./plain', 'the command cannot be executed'],
])('The run of the command `%s` fails with the message: %s', { timeout: 60_000 }, async (cmd, message) => {
  const { number } = await server.submit(`version: 1\nkind: experiment\nrun: {cmd: ${JSON.stringify(cmd)}}`)
  const run = async (): Promise<RunDetailView> => (await server.call<RunDetailView>('GET', `/runs/${number}`)).body
  await waitUntil(async () => (await run()).phase === 'failed')
  expect((await run()).message).toContain(message)
})
