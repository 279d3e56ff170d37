import { useQuery } from '@tanstack/react-query'
import type { UseQueryResult } from '@tanstack/react-query'

import type { DoctorCheck } from '../../../src/contract/routes/system.ts'
import { call } from './client.ts'
import { keys } from './keys.ts'

/** Reads the results of the health checks of the server. */
export function useHealthChecks(): UseQueryResult<DoctorCheck[]> {
  return useQuery({ queryKey: keys.healthChecks, queryFn: () => call('doctor') })
}
