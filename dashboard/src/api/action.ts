import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { UseMutationResult } from '@tanstack/react-query'

declare module '@tanstack/react-query' {
  interface Register {
    mutationMeta: ActionOptions
  }
}

type ActionOptions = {
  /** Whether the caller shows the error itself. Otherwise `main.tsx` shows it as a toast. */
  readonly showsError?: boolean
}

/**
 * Returns a mutation that calls `act` and, if `act` succeeds, `onDone` with its result. All cached answers of the
 * server are then read again.
 */
export function useAction<A, R = unknown>(
  act: (argument: A) => Promise<R>,
  onDone?: (result: R, argument: A) => void,
  options: ActionOptions = {},
): UseMutationResult<R, Error, A> {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: act,
    meta: options,
    onSuccess: async (result, argument) => {
      onDone?.(result, argument)
      await queries.invalidateQueries()
    },
  })
}
