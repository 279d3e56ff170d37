/** The copies of the code that attempts work in. */
export interface WorkCopies {
  /** Removes the copies of attempts that ended before a time. Returns how many. */
  removeOld(endedBefore: number): Promise<number>
}
