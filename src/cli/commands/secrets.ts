import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { EXIT } from '../../contract/errors.ts'
import { dataDirPaths } from '../../core/data-dir.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'
import { formatTable } from '../format-table.ts'
import { readStandardInput } from '../prompts.ts'

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
const KEY = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/

const root = (cli: Cli): string => dataDirPaths(cli.config.dataDir).secrets

/** `hagane secret ls`: lists the names and keys of secrets, never their values. */
export async function list(cli: Cli, flags: { json?: boolean }): Promise<void> {
  const names = existsSync(root(cli)) ? readdirSync(root(cli)).sort() : []
  const secrets = names.map((name) => ({ name, keys: readdirSync(join(root(cli), name)).sort() }))
  if (flags.json) return cli.print(JSON.stringify(secrets))
  cli.print(
    secrets.length === 0
      ? [cli.formatMessage('nothing')]
      : formatTable([['NAME', 'KEYS'], ...secrets.map(({ name, keys }) => [name, keys.join(', ')])], cli.columns),
  )
}

/**
 * `hagane secret set NAME KEY`: stores a value in the data directory of this machine. The value is read from standard
 * input: as an argument it would appear in the history of the shell and in the list of processes.
 */
export async function set(cli: Cli, name: string, key: string): Promise<void> {
  checkNames(cli, name, key)
  const folder = join(root(cli), name)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, key)
  writeFileSync(file, await readStandardInput(), { mode: 0o600 })
  chmodSync(file, 0o600)
  cli.printStatus(cli.formatMessage('secret_set', { name, key }))
}

/** `hagane secret rm NAME [KEY]`: removes a key of a secret, or without KEY the whole secret. */
export async function remove(cli: Cli, name: string, key: string | undefined): Promise<void> {
  checkNames(cli, name, key ?? 'KEY')
  const path = key === undefined ? join(root(cli), name) : join(root(cli), name, key)
  if (!existsSync(path)) throw new CliExit(EXIT.notFound, cli.formatMessage('secret_none', { name }))
  rmSync(path, { recursive: true })
  cli.printStatus(cli.formatMessage('secret_removed', { name }))
}

function checkNames(cli: Cli, name: string, key: string): void {
  if (!NAME.test(name) || !KEY.test(key)) throw new CliExit(EXIT.usage, cli.formatMessage('secret_name'))
}
