import { createHash, randomUUID } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { chmodSync, createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'

import { EXIT } from '../../contract/errors.ts'
import { isInside, pathBytes } from '../../contract/file-paths.ts'
import type { EnvironmentView } from '../../contract/routes/environments.ts'
import { requireClient } from '../client.ts'
import { bytePath } from '../code/scan.ts'
import { uploadFolder } from '../code/upload.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'
import { formatTable } from '../format-table.ts'
import { formatBytes } from '../output.ts'

interface Flags {
  readonly json?: boolean
}

/** `hagane upload`: uploads the code of a folder and prints the digest of its snapshot. */
export async function upload(cli: Cli, flags: Flags & { workdir?: string }): Promise<void> {
  const uploaded = await uploadFolder(cli, requireClient(cli), resolve(flags.workdir ?? '.'))
  if (flags.json) return cli.print(JSON.stringify(uploaded))
  cli.print(
    cli.formatMessage('code_sent', {
      files: uploaded.files,
      size: formatBytes(uploaded.sizeBytes),
      sent: formatBytes(uploaded.sentBytes),
      digest: uploaded.digest,
    }),
  )
}

/**
 * `hagane artifacts`: lists the output files of a run, or downloads them into `--to`. The hash of each download is
 * checked. Exits with an error if one fails.
 */
export async function artifacts(
  cli: Cli,
  run: string,
  paths: readonly string[],
  flags: Flags & { to?: string },
): Promise<void> {
  const client = requireClient(cli)
  const all = await client.call('listArtifacts', { params: { run } })

  const chosen =
    paths.length === 0 ? all : paths.map((path) => all.find((item) => item.path === path) ?? fail(cli, path))

  if (flags.to === undefined) {
    if (flags.json) return cli.print(JSON.stringify(chosen))
    const rows = chosen.map((item) => [item.path, formatBytes(item.sizeBytes), item.sha256.slice(0, 12)])
    return cli.print(
      rows.length === 0
        ? [cli.formatMessage('nothing')]
        : formatTable([['PATH', 'SIZE', 'SHA-256'], ...rows], cli.columns),
    )
  }

  const fetched: string[] = []
  for (const { path, sha256 } of chosen) {
    const target = await reportFailure(cli, async () => {
      const response = await client.fetch('getArtifact', { params: { run }, query: { path } })
      return await writeInside(cli, flags.to!, { path, sha256 }, response)
    })
    if (target !== undefined) fetched.push(target)
  }

  if (flags.json) cli.print(JSON.stringify(fetched))
  else for (const path of fetched) cli.print(path)
  if (fetched.length < chosen.length) throw new CliExit(EXIT.failed)
}

/**
 * Runs `work`, one of several downloads. Prints the error of a failed download and returns undefined, so that the next
 * download can start. Throws the error only if the server is unreachable or refuses the token.
 */
async function reportFailure<T>(cli: Cli, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof CliExit) || error.status === EXIT.unreachable || error.status === EXIT.unauthenticated)
      throw error
    cli.printStatus(error.message)
    return undefined
  }
}

function fail(cli: Cli, path: string): never {
  throw new CliExit(EXIT.notFound, cli.formatMessage('file_none', { path }))
}

/**
 * Writes a downloaded file below `folder` and returns its path. The file gets its name only when it is complete and its
 * hash is correct. Throws CliExit if the download or the writing fails, or if `path` leads out of `folder`.
 */
async function writeInside(
  cli: Cli,
  folder: string,
  { path, sha256 }: { path: string; sha256: string },
  response: Response,
): Promise<string> {
  if (!isInside(pathBytes(path))) return fail(cli, path)

  const temporaryFile = bytePath(folder, join(dirname(path), `.hagane-${randomUUID()}`))
  const hash = createHash('sha256')

  try {
    mkdirSync(bytePath(folder, dirname(path)), { recursive: true })
    await pipeline(
      Readable.fromWeb(response.body as ReadableStream),
      hashThrough(hash),
      createWriteStream(temporaryFile, { flags: 'wx' }),
    )
    if (hash.digest('hex') !== sha256) throw new CliExit(EXIT.failed, cli.formatMessage('file_changed', { path }))
    renameSync(temporaryFile, bytePath(folder, path))
  } catch (error) {
    if (error instanceof CliExit) throw error
    // The body of a response fails with a TypeError when the connection is lost.
    if (error instanceof TypeError)
      throw new CliExit(EXIT.unreachable, cli.formatMessage('server_unreachable', { url: response.url }), {
        cause: error,
      })
    throw new CliExit(
      EXIT.failed,
      cli.formatMessage('file_not_written', { path, why: (error as NodeJS.ErrnoException).code ?? '' }),
      { cause: error },
    )
  } finally {
    rmSync(temporaryFile, { force: true })
  }

  return join(folder, path)
}

/** Returns a stream stage that updates `hash` and passes its input on unchanged. */
function hashThrough(hash: Hash) {
  return async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk)
      yield chunk
    }
  }
}

/**
 * `hagane code`: lists the code of a run or downloads it into `--to`. Prints the document with `--document`, and the
 * uncommitted changes to the git commit with `--diff`.
 */
export async function code(
  cli: Cli,
  run: string,
  flags: Flags & { to?: string; diff?: boolean; document?: boolean },
): Promise<void> {
  const client = requireClient(cli)

  if (flags.diff || flags.document) {
    const document = await client.call('getDocument', { params: { run } })

    if (flags.json) return cli.print(JSON.stringify(document))
    return cli.printDocument(
      `${flags.diff ? (document.changes ?? cli.formatMessage('nothing')) : document.sources.map((source) => source.text.trimEnd()).join('\n---\n')}\n`,
    )
  }

  const { snapshot, host } = await client.call('getRun', { params: { run } })
  const manifest = snapshot === null ? null : await client.call('getSnapshot', { params: { digest: snapshot } })

  if (flags.json && flags.to === undefined)
    return cli.print(JSON.stringify({ snapshot, git: host?.git ?? null, files: manifest?.files ?? [] }))

  if (!manifest) throw new CliExit(EXIT.notFound, cli.formatMessage('code_none', { folder: host?.workDir ?? '' }))
  if (flags.to === undefined)
    return cli.print(
      formatTable(
        [['PATH', 'SIZE'], ...manifest.files.map((file) => [file.path, formatBytes(file.sizeBytes)])],
        cli.columns,
      ),
    )

  for (const { path, sha256, isExecutable } of manifest.files) {
    const response = await client.fetch('getBlob', { params: { digest: sha256 } })
    await writeInside(cli, flags.to, { path, sha256 }, response)
    if (isExecutable) chmodSync(bytePath(flags.to, path), 0o755)
  }

  if (flags.json) cli.print(JSON.stringify({ snapshot, files: manifest.files.length }))
  else cli.printStatus(cli.formatMessage('code_written', { files: manifest.files.length, folder: flags.to }))
}

/** `hagane env ls`: lists environments. */
export async function listEnvironments(cli: Cli, flags: Flags): Promise<void> {
  const environments = await requireClient(cli).call('listEnvironments')
  if (flags.json) return cli.print(JSON.stringify(environments))

  const rows = environments.map((item) => [
    item.hash.slice(0, 12),
    item.state,
    item.python,
    item.build === null ? '-' : `#${item.build}`,
    String(item.packages.length),
  ])

  cli.print(
    rows.length === 0
      ? [cli.formatMessage('nothing')]
      : formatTable([['HASH', 'STATE', 'PYTHON', 'BUILD', 'PACKAGES'], ...rows], cli.columns),
  )
}

/** `hagane env show`: prints an environment and its packages. */
export async function showEnvironment(cli: Cli, hash: string, flags: Flags): Promise<void> {
  printEnvironment(cli, flags, await requireClient(cli).call('getEnvironment', { params: { hash } }))
}

/** `hagane env rm`: removes the files of an environment and prints its record. */
export async function removeEnvironment(cli: Cli, hash: string, flags: Flags): Promise<void> {
  printEnvironment(cli, flags, await requireClient(cli).call('removeEnvironment', { params: { hash } }))
}

function printEnvironment(cli: Cli, flags: Flags, environment: EnvironmentView): void {
  if (flags.json) return cli.print(JSON.stringify(environment))
  cli.print(`${environment.hash.slice(0, 12)}  ${environment.state}  Python ${environment.python}`)
  for (const line of environment.packages) cli.print(`  ${line}`)
}
