import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'

import { EXIT } from '../../contract/errors.ts'
import { SpecError } from '../../core/language/document.ts'
import type { Source } from '../../core/language/document.ts'
import { loadPlan } from '../../core/language/load.ts'
import type { Client } from '../client.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'
import { readParams, readSources } from '../documents.ts'
import { chooseWorkDir, readHostInfo } from '../host-info.ts'
import { follow } from '../follow.ts'
import { formatBytes } from '../output.ts'
import { uploadFolder } from '../code/upload.ts'
import { findProject } from '../project.ts'
import { toAnnotations } from './act.ts'
import type { UpdateFlags } from './act.ts'
import { showProblems } from './check.ts'
import type { DocumentFlags } from './check.ts'
import { logs } from './inspect.ts'
import { choiceText } from './sweep.ts'
import { ensureServer } from './up.ts'

/** Flags of `hagane run`. */
export interface RunFlags
  extends DocumentFlags, Pick<UpdateFlags, 'name' | 'note' | 'description' | 'tags' | 'project'> {
  readonly wait?: boolean
  readonly log?: boolean
  readonly workdir?: string
  /** False with `--no-upload`; true or undefined otherwise. */
  readonly upload?: boolean
  readonly inPlace?: boolean
}

/** The answer of the API to a submission. */
interface Submitted {
  readonly kind: 'run' | 'sweep'
  readonly id: string
  readonly number: number
  readonly url: string
}

/**
 * `hagane run`: submits a document; first starts a server if none is running. `--wait` shows the progress until the run
 * or sweep ends.
 */
export async function run(cli: Cli, flags: RunFlags): Promise<void> {
  const cwd = process.cwd()
  const sources = check(cli, flags, cwd)

  const { client, isNew } = await ensureServer(cli)
  if (isNew) cli.printStatus(cli.formatMessage('server_started', { url: client.url, data: cli.config.dataDir }))

  const workDir = flags.workdir ? resolve(cwd, flags.workdir) : chooseWorkDir(flags.file, cwd)
  const { host, changes } = await readHostInfo(workDir, cli.config.shellPath)
  const project = findProject(cli, flags.project, workDir)

  const body = {
    id: randomUUID(),
    sources,
    params: readParams(flags),
    host,
    ...(changes !== null && { changes }),
    ...(project !== undefined && { project }),
  }

  const submitted = await client.call('submit', {
    body: { ...body, ...toAnnotations(flags), ...(await sendCode(cli, client, flags, workDir)) },
  })

  if (flags.json) cli.print(JSON.stringify(submitted))
  else await announce(cli, client, submitted, flags.wait === true)
  if (flags.log && submitted.kind === 'run') await logs(cli, String(submitted.number), { follow: true })
  if (flags.wait || (flags.log && submitted.kind === 'run')) await follow(cli, client, submitted)
}

/**
 * Returns the fields of the submission that select its code. By default `workDir` is uploaded as a new snapshot.
 * `--no-upload` selects the latest snapshot of the project. `--in-place` selects none: the run works in the folder
 * itself.
 */
async function sendCode(cli: Cli, client: Client, flags: RunFlags, workDir: string): Promise<object> {
  if (flags.inPlace) return {}
  if (flags.upload === false) return { latestSnapshot: true }

  const uploaded = await uploadFolder(cli, client, workDir)
  if (!flags.json && uploaded.sentBytes > 0)
    cli.printStatus(
      cli.formatMessage('code_sent', {
        files: uploaded.files,
        size: formatBytes(uploaded.sizeBytes),
        sent: formatBytes(uploaded.sentBytes),
        digest: uploaded.digest.slice(0, 12),
      }),
    )

  return { snapshot: uploaded.digest }
}

/**
 * Reads and compiles the document and prints its problems, before a server is started. Throws CliExit if there are
 * errors.
 */
function check(cli: Cli, flags: RunFlags, cwd: string): Source[] {
  let sources: Source[] = []
  try {
    sources = readSources(flags.file, cwd)
    const { warnings } = loadPlan(sources, readParams(flags))
    if (!flags.json) showProblems(cli, sources, warnings, 'warning')
    return sources
  } catch (error) {
    if (!(error instanceof SpecError)) throw error
    showProblems(cli, sources, error.problems, 'error')
    throw new CliExit(EXIT.usage, cli.formatMessage('check_failed', { count: error.problems.length }))
  }
}

async function announce(cli: Cli, client: Client, { kind, number }: Submitted, isFollowed: boolean): Promise<void> {
  if (kind === 'run') cli.print(cli.formatMessage('submitted_run', { number }))
  else {
    const sweep = await client.call('getSweep', { params: { sweep: number } })
    if (sweep.choice) cli.print(choiceText(cli, sweep.choice))
    cli.print(
      cli.formatMessage('submitted_sweep', {
        number,
        trials: sweep.trials ?? '∞',
        concurrency: sweep.concurrency,
        method: sweep.method,
        seed: sweep.seed,
      }),
    )
  }
  if (!isFollowed) cli.print(cli.formatMessage('follow_hint', { number }))
}
