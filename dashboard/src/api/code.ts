import { queryOptions, useQueries, useQuery } from '@tanstack/react-query'
import type { UseQueryResult } from '@tanstack/react-query'

import type { EnvironmentView } from '../../../src/contract/routes/environments.ts'
import type { Manifest } from '../../../src/contract/snapshot.ts'
import { call, send } from './client.ts'
import { keys } from './keys.ts'

/** Reads an environment by its hash. Requests nothing for null. */
export function useEnvironment(hash: string | null): UseQueryResult<EnvironmentView> {
  return useQuery(environmentQuery(hash))
}

/** Reads environments by their hashes. Returns the environments that are loaded so far. */
export function useEnvironments(hashes: readonly string[]): EnvironmentView[] {
  return useQueries({ queries: hashes.map(environmentQuery) }).flatMap(({ data }) => data ?? [])
}

function environmentQuery(hash: string | null) {
  return queryOptions({
    queryKey: keys.environment(hash),
    queryFn: () => call('getEnvironment', { params: { hash: hash! } }),
    enabled: hash !== null,
    staleTime: 60_000,
  })
}

/** Reads the list of files of a snapshot by its digest. Requests nothing for null. */
export function useSnapshot(digest: string | null): UseQueryResult<Manifest> {
  return useQuery(snapshotQuery(digest))
}

/** Reads the lists of files of snapshots. Returns the lists that are loaded so far, by digest of the snapshot. */
export function useSnapshots(digests: readonly string[]): ReadonlyMap<string, Manifest> {
  const found = useQueries({ queries: digests.map(snapshotQuery) })
  return new Map(found.flatMap(({ data }, i) => (data ? [[digests[i]!, data] as const] : [])))
}

function snapshotQuery(digest: string | null) {
  return queryOptions({
    queryKey: keys.snapshot(digest),
    queryFn: () => call('getSnapshot', { params: { digest: digest! } }),
    enabled: digest !== null,
    staleTime: Infinity,
  })
}

/**
 * Reads files of snapshots as texts, one for each SHA-256 hash, in the same order. The text for null is empty. Requests
 * nothing while `isEnabled` is false.
 */
export function useTexts(digests: readonly (string | null)[], isEnabled: boolean): UseQueryResult<string[]> {
  return useQuery({
    queryKey: keys.texts(digests),
    queryFn: async () =>
      await Promise.all(
        digests.map(async (digest) =>
          digest === null ? '' : await (await send('getBlob', { params: { digest } })).text(),
        ),
      ),
    enabled: isEnabled,
    staleTime: Infinity,
  })
}

/**
 * Computes the unified diff of two texts in the browser. The result is empty if the computation takes more than 2 s.
 * `name` is the name of the file in the diff.
 */
export function useTextDiff(texts: {
  readonly name: string
  readonly before: string
  readonly after: string
}): UseQueryResult<string> {
  const { name, before, after } = texts
  return useQuery({
    queryKey: keys.textDiff(texts),
    queryFn: async () =>
      (await import('diff')).createTwoFilesPatch(name, name, before, after, '', '', { timeout: 2_000 }) ?? '',
    staleTime: Infinity,
    gcTime: 0,
  })
}
