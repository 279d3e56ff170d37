import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** The URL and the token of a server that `hagane login` has stored. */
export interface Login {
  readonly host: string
  readonly token: string
}

function loginFile(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config'), 'hagane', 'login.json')
}

/** Returns the stored login; undefined if there is none or its file is invalid. */
export function readLogin(env: NodeJS.ProcessEnv = process.env): Login | undefined {
  try {
    const { host, token } = JSON.parse(readFileSync(loginFile(env), 'utf8')) as Partial<Login>
    return typeof host === 'string' && typeof token === 'string' ? { host, token } : undefined
  } catch {
    return undefined
  }
}

/** Stores a login in a file that only its owner can read. */
export function writeLogin(login: Login, env: NodeJS.ProcessEnv = process.env): void {
  const file = loginFile(env)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  rmSync(file, { force: true })
  writeFileSync(file, JSON.stringify(login), { mode: 0o600 })
}

/** Removes the stored login. Returns false if there was none. */
export function removeLogin(env: NodeJS.ProcessEnv = process.env): boolean {
  const hadLogin = readLogin(env) !== undefined
  rmSync(loginFile(env), { force: true })
  return hadLogin
}
