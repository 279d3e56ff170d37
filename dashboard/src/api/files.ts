import { useQuery } from '@tanstack/react-query'
import type { UseQueryResult } from '@tanstack/react-query'

import type { ArtifactView } from '../../../src/contract/tracking.ts'
import { call, send } from './client.ts'
import { keys } from './keys.ts'

/** Reads the list of artifacts of a run. */
export function useArtifacts(run: string): UseQueryResult<ArtifactView[]> {
  return useQuery({
    queryKey: keys.artifacts(run),
    queryFn: () => call('listArtifacts', { params: { run } }),
  })
}

/**
 * A file on the server: an artifact of a run by its path, or a blob (such as a file of a snapshot) by its SHA-256 hash.
 */
export type StoredFile =
  | { readonly type: 'artifact'; readonly run: number; readonly path: string }
  | { readonly type: 'blob'; readonly digest: string }

/** Reads the bytes of a file. Requests nothing while `isEnabled` is false. */
export function useFileContent(file: StoredFile, isEnabled: boolean): UseQueryResult<ArrayBuffer> {
  return useQuery({
    queryKey: keys.fileContent(file),
    queryFn: async () => await (await sendForFile(file)).arrayBuffer(),
    enabled: isEnabled,
    staleTime: Infinity,
  })
}

function sendForFile(file: StoredFile): Promise<Response> {
  return file.type === 'artifact'
    ? send('getArtifact', { params: { run: file.run }, query: { path: file.path } })
    : send('getBlob', { params: { digest: file.digest } })
}
