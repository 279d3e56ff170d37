import { destination, pino } from 'pino'

import type { ServerConfig } from '../config/config.ts'
import { dataDirPaths } from '../core/data-dir.ts'
import type { Logger } from '../core/ports/logger.ts'

/** Creates a logger that writes JSON lines to `server.log` in the data directory. No field may contain a secret. */
export function createLog({ dataDir, logLevel }: Pick<ServerConfig, 'dataDir' | 'logLevel'>): Logger {
  const file = destination({ dest: dataDirPaths(dataDir).serverLog, sync: true, mkdir: true, mode: 0o600 })
  // On a full disk log lines are lost, and the server continues.
  file.on('error', () => {})
  return pino({ level: logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, file)
}
