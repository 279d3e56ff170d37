/** The working copies: each attempt runs in a copy of its code. */
export interface WorkCopies {
  /**
   * Removes the working copies of attempts that ended before a time (milliseconds since 1970). Returns their number.
   */
  removeOld(endedBefore: number): Promise<number>
}
