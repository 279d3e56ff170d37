/** The times at which clean-ups ran last. */
export interface MaintenanceStore {
  /** Returns the time of the last clean-up of a kind; 0 where there was none. */
  getTime(kind: CleanUpKind): Promise<number>
  setTime(kind: CleanUpKind, at: number): Promise<void>
}

/** `trash_emptied`: a person emptied the trash. `contents_swept`: contents that no snapshot has were removed. */
export type CleanUpKind = 'trash_emptied' | 'contents_swept'
