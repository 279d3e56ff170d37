import { readWholeLog } from '../../../api/logs.ts'
import { saveBlob } from '../../../ui/save-file.ts'
import type { AttemptOfRun } from './use-log.ts'

/** Downloads the whole log of an attempt as a file. */
export async function downloadLog({ run, attempt }: AttemptOfRun): Promise<void> {
  const pages = await readWholeLog(run, attempt)
  const name = attempt === undefined ? `run-${run}.log` : `run-${run}-${attempt}.log`
  saveBlob(name, new Blob(pages as BlobPart[], { type: 'text/plain' }))
}
