import type { SavedViewDefinition } from '../../contract/project.ts'
import type { SavedView } from '../records/project.ts'

/** The saved views of projects. */
export interface SavedViewStore {
  listViews(projectId: string): Promise<SavedView[]>
  putView(projectId: string, name: string, definition: SavedViewDefinition): Promise<void>
  /** Returns false where there is no such view. */
  removeView(projectId: string, name: string): Promise<boolean>
}
