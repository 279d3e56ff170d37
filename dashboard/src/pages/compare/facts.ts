import type { EnvironmentView } from '../../../../src/contract/routes/environments.ts'
import type { RunDetailView } from '../../../../src/contract/run.ts'
import type { Manifest } from '../../../../src/contract/snapshot.ts'
import { t } from '../../texts/texts.ts'
import { toRows } from './compare-rows.ts'
import type { FactRow } from './compare-rows.ts'

/** Facts of a snapshot or an environment: file hashes by path, or versions by package. */
type Facts = Readonly<Record<string, string>>

/** Returns the sorted names of the metrics that at least one of the runs has, without `system.*`. */
export function metricNames(runs: readonly Pick<RunDetailView, 'metrics'>[]): string[] {
  return [...new Set(runs.flatMap(({ metrics }) => Object.keys(metrics)))]
    .filter((name) => !name.startsWith('system.'))
    .toSorted()
}

/**
 * Returns rows of the command, the commit, the branch, and the hash of each file of the code. `files` has the file
 * hashes by digest of the snapshot.
 */
export function codeRows(
  runs: readonly Pick<RunDetailView, 'command' | 'commit' | 'branch' | 'snapshot'>[],
  files: ReadonlyMap<string, Facts>,
): FactRow[] {
  return toRows(
    runs.map(({ command, commit, branch, snapshot }) => ({
      [t('command')]: command,
      [t('commit')]: commit,
      [t('branch')]: branch,
      ...files.get(snapshot ?? ''),
    })),
  )
}

/** Returns rows of the resources that the runs request. */
export function resourceRows(runs: readonly Pick<RunDetailView, 'resources'>[]): FactRow[] {
  return toRows(
    runs.map(({ resources: { cpu, memoryMib, gpu, tpu } }) => ({
      CPU: cpu,
      [t('memory')]: memoryMib === undefined ? undefined : `${memoryMib} MiB`,
      GPU: gpu,
      TPU: tpu,
    })),
  )
}

/**
 * Returns rows of the Python version and of the version of each package. `packages` has the versions by hash of the
 * environment.
 */
export function environmentRows(
  runs: readonly Pick<RunDetailView, 'ranOn' | 'environment'>[],
  packages: ReadonlyMap<string, Facts>,
): FactRow[] {
  return toRows(
    runs.map(({ ranOn, environment }) => ({ Python: ranOn?.python?.version, ...packages.get(environment ?? '') })),
  )
}

/** Returns the package versions of environments, by hash of the environment and then by package. */
export function packageVersions(
  environments: readonly Pick<EnvironmentView, 'hash' | 'packages'>[],
): ReadonlyMap<string, Facts> {
  return new Map(
    environments.map(({ hash, packages }) => {
      const versions = packages
        .map((line) => line.split('=='))
        .map(([name = '', version = '']) => [name, version] as const)
      return [hash, Object.fromEntries(versions)] as const
    }),
  )
}

const HASH_DIGITS = 8

/**
 * Returns the file hashes of snapshots, by digest of the snapshot and then by path. Each is shortened to its first 8
 * digits, enough to see which files differ.
 */
export function fileHashes(snapshots: ReadonlyMap<string, Pick<Manifest, 'files'>>): ReadonlyMap<string, Facts> {
  return new Map(
    Array.from(snapshots, ([digest, { files }]) => [
      digest,
      Object.fromEntries(files.map(({ path, sha256 }) => [path, sha256.slice(0, HASH_DIGITS)])),
    ]),
  )
}
