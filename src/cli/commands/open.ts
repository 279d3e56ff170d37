import { spawn } from 'node:child_process'

import { childEnv } from '../../config/config.ts'
import { requireClient } from '../client.ts'
import type { Client } from '../client.ts'
import type { Cli } from '../context.ts'

interface OpenFlags {
  readonly print?: boolean
}

/** `hagane open`: opens the dashboard and signs the browser in. With a number, opens the page of that run or sweep. */
export async function open(cli: Cli, number: string | undefined, flags: OpenFlags): Promise<void> {
  const client = requireClient(cli)
  const url = await signInUrl(client, await pathOf(client, number))
  if (flags.print || !openBrowser(url)) cli.print(url)
  else cli.printStatus(cli.formatMessage('opened', { url: client.url }))
}

/**
 * Returns a URL that signs a browser in once and opens the page `path` of the dashboard. The sign-in code is in the
 * fragment, which browsers do not send to servers: no log of requests contains it.
 */
export async function signInUrl(client: Client, path = '/'): Promise<string> {
  const { code } = await client.call('createSessionCode')
  return `${client.url}/sign-in#code=${code}${path === '/' ? '' : `&to=${encodeURIComponent(path)}`}`
}

async function pathOf(client: Client, number: string | undefined): Promise<string> {
  if (number === undefined) return '/'
  const { kind } = await client.call('resolve', { params: { number } })
  const { project } =
    kind === 'run'
      ? await client.call('getRun', { params: { run: number } })
      : await client.call('getSweep', { params: { sweep: number } })
  return `/p/${encodeURIComponent(project)}/${kind}s/${number}`
}

/** Opens a URL in the default browser. Returns false, without opening it, on a machine without a display. */
function openBrowser(url: string): boolean {
  const env = childEnv()
  const hasScreen = process.platform === 'darwin' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY'])
  if (!hasScreen) return false

  const child = spawn(process.platform === 'darwin' ? 'open' : 'xdg-open', [url], {
    detached: true,
    stdio: 'ignore',
    env,
  })

  child.on('error', () => {})
  child.unref()
  return true
}
