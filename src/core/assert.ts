/** Throws. Stands in the last branch of a switch: a case that the switch lacks makes the call a type error. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`)
}

/** Throws if `condition` is false, which means an error in the code itself. Not for checking input. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`broken invariant: ${message}`)
}
