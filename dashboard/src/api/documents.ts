import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import type { UseQueryResult } from '@tanstack/react-query'

import type { DocumentView } from '../../../src/contract/routes/runs.ts'
import type { CheckView } from '../../../src/contract/routes/submissions.ts'
import { call } from './client.ts'
import { keys } from './keys.ts'

/**
 * Reads the document of a run by its number. The document never changes, so it is read once. Requests nothing while
 * `run` is undefined.
 */
export function useDocument(run: string | undefined): UseQueryResult<DocumentView> {
  return useQuery({
    queryKey: keys.document(run),
    queryFn: () => call('getDocument', { params: { run: run! } }),
    enabled: run !== undefined,
    staleTime: Infinity,
  })
}

/**
 * Checks a document on the server without submitting it. Each changed document sends a request, so callers debounce the
 * text.
 */
export function useCheck(document: Pick<DocumentView, 'sources' | 'params'>): UseQueryResult<CheckView> {
  return useQuery({
    queryKey: keys.check(document),
    queryFn: ({ signal }) => call('checkDocument', { body: document, signal }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 0,
  })
}

/** Returns a function that reads the JSON Schema of documents; the schema is requested once. */
export function useDocumentSchema(): () => Promise<Readonly<Record<string, unknown>>> {
  const queries = useQueryClient()
  return () =>
    queries.ensureQueryData({
      queryKey: keys.language,
      queryFn: () => call('getLanguage'),
      staleTime: Infinity,
    })
}
