import { useEffect, useState } from 'react'
import type { UseQueryResult } from '@tanstack/react-query'

import type { DocumentView } from '../../../../src/contract/routes/runs.ts'
import type { CheckView } from '../../../../src/contract/routes/submissions.ts'
import { useCheck } from '../../api/documents.ts'

/** Time without edits after which the document is checked, in milliseconds. */
const CHECK_AFTER_MS = 300

type Sources = DocumentView['sources']

/** Checks a document when edits pause. `isCurrent` is false while newer edits wait for their check. */
export function useDocumentCheck(
  sources: Sources,
  params: DocumentView['params'],
): { readonly check: UseQueryResult<CheckView>; readonly isCurrent: boolean } {
  const debounced = useDebounced(sources)
  return { check: useCheck({ sources: debounced, params }), isCurrent: debounced === sources }
}

/** Debounces a value: returns the last one that has stayed unchanged for `CHECK_AFTER_MS`. */
function useDebounced<T>(value: T): T {
  const [debounced, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), CHECK_AFTER_MS)
    return () => clearTimeout(timer)
  }, [value])
  return debounced
}
