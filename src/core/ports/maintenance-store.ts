/** The time of the last clean-up of each kind, in milliseconds since 1970. */
export interface MaintenanceStore {
  /** Returns the time of the last clean-up of a kind; 0 where there has been none. */
  getTime(kind: CleanUpKind): Promise<number>
  setTime(kind: CleanUpKind, at: number): Promise<void>
}

/**
 * A kind of clean-up. `trash_emptied`: a person emptied the trash. `contents_swept`: the contents that belong to no
 * snapshot were looked for and removed.
 */
export type CleanUpKind = 'trash_emptied' | 'contents_swept'
