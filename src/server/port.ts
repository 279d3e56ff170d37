import { createServer } from 'node:net'

import type { ServerConfig } from '../config/config.ts'
import { readServerState } from '../config/state-files.ts'

const PORT_FIRST = 7420
const PORTS_TRIED = 50

/** Returns the port of the previous server, so that running scripts find this one; otherwise the first free port. */
export async function choosePort({ dataDir, host }: Pick<ServerConfig, 'dataDir' | 'host'>): Promise<number> {
  const last = Number(readServerState(dataDir)?.url.split(':').at(-1))
  const candidates = [...(last ? [last] : []), ...Array.from({ length: PORTS_TRIED }, (_, index) => PORT_FIRST + index)]
  for (const port of candidates) if (await isFree(host, port)) return port
  return candidates[0]!
}

async function isFree(host: string, port: number): Promise<boolean> {
  const probe = createServer()
  return await new Promise((resolve) => {
    probe.once('error', () => resolve(false))
    probe.listen(port, host, () => probe.close(() => resolve(true)))
  })
}
