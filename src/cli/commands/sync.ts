import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { EXIT } from '../../contract/errors.ts'
import { dataDirPaths, runPaths } from '../../core/data-dir.ts'
import { toBatches, openUnusedSpools } from '../../config/spool.ts'
import type { Spool } from '../../config/spool.ts'
import { ApiError } from '../api-error.ts'
import { requireClient } from '../client.ts'
import type { Client } from '../client.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'

/**
 * `hagane sync`: sends the records that scripts have left in spool folders, with the token of the user. Deletes the
 * files of a writer when the server has acknowledged all of its records.
 */
export async function sync(cli: Cli, folders: readonly string[], flags: { json?: boolean }): Promise<void> {
  const client = requireClient(cli)
  const spools = (
    await Promise.all(
      (folders.length > 0 ? folders : await usualFolders(cli.config.dataDir)).map((folder) => openUnusedSpools(folder)),
    )
  ).flat()

  let records = 0
  let pending = 0

  for (const spool of spools) {
    const left = await sendSpool(cli, client, spool)
    records += countRecords(spool) - left
    pending += left
  }

  if (flags.json) cli.print(JSON.stringify({ writers: spools.length, records, pending }))
  else cli.print(cli.formatMessage('synced', { writers: spools.length, records, pending }))
  if (pending > 0) throw new CliExit(EXIT.failed)
}

/**
 * Returns the spool folders of the data directory that exist: the one for scripts started by hand, and one for each
 * run.
 */
async function usualFolders(dataDir: string): Promise<string[]> {
  const { runs, spool } = dataDirPaths(dataDir)
  const names = existsSync(runs) ? await readdir(runs) : []
  return [spool, ...names.map((name) => runPaths(join(runs, name)).spool)].filter((folder) => existsSync(folder))
}

/**
 * Number of different reasons that are printed for the refused records of one writer. A script may repeat a mistake at
 * every step.
 */
const REFUSALS_MAX = 20

/**
 * Sends the records of one writer in batches, then removes its spool. If the server answers with an error, prints the
 * error and keeps the spool. Returns the number of records that were not sent.
 */
async function sendSpool(cli: Cli, client: Client, spool: Spool): Promise<number> {
  const { meta } = spool
  let left = countRecords(spool)
  const refusals = new Set<string>()

  try {
    if (meta.create) await client.call('createRun', { body: { id: meta.run, ...meta.create } })
    for (const batch of toBatches(spool)) {
      const { refused } = await client.call('track', { params: { run: meta.run }, body: batch })
      left -= batch.records.length
      for (const { why } of refused) if (refusals.size < REFUSALS_MAX) refusals.add(why)
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    cli.printStatus(`${meta.writer}: ${error.message}`)
    return left
  }

  for (const why of refusals) cli.printStatus(cli.formatMessage('record_refused', { writer: meta.writer, why }))
  await spool.remove()
  return 0
}

function countRecords(spool: Spool): number {
  return spool.segments.reduce((sum, segment) => sum + segment.records.length, 0)
}
