import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { createClient } from '../src/cli/client.ts'
import { uploadFolder } from '../src/cli/code/upload.ts'
import { createCli } from '../src/cli/context.ts'
import { readClientConfig } from '../src/config/config.ts'
import type { EventView } from '../src/contract/routes/events.ts'
import { readHostInfo } from '../src/cli/host-info.ts'
import { atMost, createFolder, printProgress, startServer, timed, unlimited, waitForSweep } from './support.ts'
import type { Figure, Server } from './support.ts'

const FILES = 10_000
const FILE_BYTES = 20_000
const FOLDERS = 100
const TRIALS = 10
const WRITTEN_AT = new Date('2026-01-01T00:00:00Z')

const SECOND_UPLOAD_RATIO_MAX = 0.1
const UNPACKS_MAX = 1

const DOCUMENT = `
version: 1
kind: group
hptuning:
  concurrency: ${TRIALS}
  matrix:
    x:
      range: [0, ${TRIALS}, 1]
run:
  cmd: test -f folder-0/file-0.txt
`

/**
 * Measures the upload of a folder of 10,000 files and 200 MB, a second upload after a change of one file, and ten
 * trials that start at once with this code. Counts how often the server unpacks the code.
 */
export async function measure(): Promise<Figure[]> {
  using data = createFolder('snapshot-data')
  using code = createFolder('snapshot-code')
  fill(code.path)

  await using server = await startServer(data.path)
  const cli = createCli(readClientConfig({ HAGANE_DATA: data.path }))
  const client = createClient(server.url, server.token, cli)
  const upload = async (): Promise<string> => (await uploadFolder(cli, client, code.path)).digest

  const first = await timed(upload)
  printProgress(`first upload ${first.toFixed(2)} s`)

  writeFileSync(join(code.path, 'folder-1', 'file-1.txt'), 'changed')
  let digest = ''
  const second = await timed(async () => (digest = await upload()))
  printProgress(`second upload ${second.toFixed(2)} s`)

  const trials = await timed(() => runTrials(server, { digest, workDir: code.path }))

  return [
    atMost(SECOND_UPLOAD_RATIO_MAX, 'second_upload_ratio', second / first, 'x'),
    atMost(UNPACKS_MAX, 'ten_trials_unpacks', await countUnpacks(server), 'x'),
    unlimited('first_upload_s', first, 's'),
    unlimited('second_upload_s', second, 's'),
    unlimited('ten_trials_s', trials, 's'),
  ]
}

function fill(folder: string): void {
  const body = 'x'.repeat(FILE_BYTES)
  for (let index = 0; index < FILES; index += 1) {
    const path = join(folder, `folder-${index % FOLDERS}`)
    if (index < FOLDERS) mkdirSync(path)
    const file = join(path, `file-${index}.txt`)
    writeFileSync(file, `${index} ${body}`)
    // The upload caches a hash only if the file was last modified more than two seconds ago.
    utimesSync(file, WRITTEN_AT, WRITTEN_AT)
  }
}

async function runTrials(server: Server, { digest, workDir }: { digest: string; workDir: string }): Promise<void> {
  const { host } = await readHostInfo(workDir, process.env['PATH'] ?? '')
  const sources = [{ file: 'group.yml', text: DOCUMENT }]
  const { number } = await server.call<{ number: number }>('POST', '/submissions', { sources, host, snapshot: digest })
  await waitForSweep(server, number, TRIALS)
}

/** Returns how often the server has unpacked a snapshot, by its events. */
async function countUnpacks(server: Server): Promise<number> {
  const events = await server.call<EventView[]>('GET', '/events?limit=1000')
  return events.filter((event) => event.kind === 'snapshot.unpacked').length
}
