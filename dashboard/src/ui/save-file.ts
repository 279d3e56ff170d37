import { t } from '../texts/texts.ts'
import { toast } from './toasts.ts'

/** Gives the reader a table as a file of comma-separated values. */
export function saveFile(name: string, text: string): void {
  saveBlob(name, new Blob([text], { type: 'text/csv;charset=utf-8' }))
}

/** Gives the reader a file. */
export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
  toast(t('saved_file', { name }))
}
