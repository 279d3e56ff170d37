const CODES: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM'])

/**
 * Whether an error is that of a system call that failed for lack of file descriptors, processes or memory. The same
 * call can succeed later.
 */
export function isShortage(error: unknown): boolean {
  return error instanceof Error && CODES.has((error as NodeJS.ErrnoException).code)
}
