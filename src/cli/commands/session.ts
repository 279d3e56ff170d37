import { removeLogin, writeLogin } from '../../config/login.ts'
import { EXIT } from '../../contract/errors.ts'
import { createClient, findClient, requireClient } from '../client.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'
import { readStandardInput } from '../prompts.ts'

/**
 * `hagane login`: sends a request to a server and, if the server accepts the token, stores its address and the token
 * for later commands.
 */
export async function login(cli: Cli, flags: { host?: string; token?: string }): Promise<void> {
  const host = (flags.host ?? findClient(cli)?.url)?.replace(/\/$/, '')
  if (host === undefined || !URL.canParse(host)) throw new CliExit(EXIT.usage, cli.formatMessage('login_host'))
  const token = flags.token ?? (await readStandardInput()).trim()
  await createClient(host, token, cli).call('listProjects')
  writeLogin({ host, token })
  cli.printStatus(cli.formatMessage('logged_in', { host }))
}

/** `hagane logout`: removes the stored server and token. */
export async function logout(cli: Cli): Promise<void> {
  cli.printStatus(cli.formatMessage(removeLogin() ? 'logged_out' : 'not_logged_in'))
}

/**
 * `hagane whoami`: prints the address and version of the server that commands use. Throws CliExit if that server
 * refuses the token.
 */
export async function whoami(cli: Cli, flags: { json?: boolean }): Promise<void> {
  const client = requireClient(cli)
  const { version } = await client.call('health')
  await client.call('listProjects')
  if (flags.json) cli.print(JSON.stringify({ url: client.url, version }))
  else cli.print(`${client.url}  hagane ${version}`)
}
