import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { childEnv } from '../../config/config.ts'
import { isRestoring } from '../../config/state-files.ts'
import { EXIT } from '../../contract/errors.ts'
import type { DoctorCheck } from '../../contract/routes/system.ts'
import { findClient } from '../client.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'
import { createPaint } from '../screen.ts'

/**
 * `hagane doctor`: checks this machine and the server, and prints the results. Exits with status 1 if a check fails.
 */
export async function doctor(cli: Cli, flags: { deep?: boolean; json?: boolean }): Promise<void> {
  const here = [await examinePython(cli)]
  const server = await examineServer(cli, flags.deep === true)

  const areAllOk = [...here, ...server].every((check) => check.isOk)

  if (flags.json) cli.print(JSON.stringify({ ok: areAllOk, here, server }))
  else {
    show(cli, cli.formatMessage('doctor_here'), here)
    show(cli, cli.formatMessage('doctor_server'), server)
  }

  if (!areAllOk) throw new CliExit(EXIT.failed)
}

function show(cli: Cli, title: string, checks: readonly DoctorCheck[]): void {
  const paint = createPaint(cli.config.hasColor)
  cli.print(paint('bold', title))
  for (const { name, isOk, detail } of checks)
    cli.print(`  ${isOk ? paint('green', '✓') : paint('red', '✗')} ${name.padEnd(10)} ${detail}`)
}

async function examinePython(cli: Cli): Promise<DoctorCheck> {
  for (const name of ['python', 'python3']) {
    try {
      const { stdout } = await promisify(execFile)(
        name,
        ['-c', 'import sys; print(sys.version.split()[0], sys.executable)'],
        {
          env: childEnv({ PATH: cli.config.shellPath }),
        },
      )
      if (stdout.startsWith('3')) return { name: 'python', isOk: true, detail: stdout.trim() }
    } catch {
      continue
    }
  }
  return { name: 'python', isOk: false, detail: cli.formatMessage('doctor_no_python') }
}

async function examineServer(cli: Cli, isDeep: boolean): Promise<DoctorCheck[]> {
  const client = findClient(cli)
  if (isRestoring(cli.config.dataDir))
    return [{ name: 'data', isOk: false, detail: cli.formatMessage('restore_cut', { data: cli.config.dataDir }) }]
  if (!client) return [{ name: 'server', isOk: true, detail: cli.formatMessage('server_none') }]

  try {
    const { version } = await client.call('health')
    const checks = await client.call('doctor', { query: { deep: String(isDeep) } })
    return [{ name: 'server', isOk: true, detail: `${client.url}, hagane ${version}` }, ...checks]
  } catch (error) {
    if (error instanceof CliExit) return [{ name: 'server', isOk: false, detail: error.message }]
    throw error
  }
}
