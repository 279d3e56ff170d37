const CODES: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM'])

/** Whether a system call failed because descriptors, processes or memory ran short: the same call works once there are some. */
export function isShortage(error: unknown): boolean {
  return error instanceof Error && CODES.has((error as NodeJS.ErrnoException).code)
}
