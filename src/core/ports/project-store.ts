import type { Direction } from '../../contract/project.ts'
import type { ProjectScope } from '../access/caller.ts'
import type { Project } from '../records/project.ts'

/** Reads and writes projects, the directions of their metrics, and saved views. */
export interface ProjectStore {
  get(id: string): Promise<Project | undefined>
  getByName(name: string): Promise<Project | undefined>
  /** Returns the projects of a scope, those in the trash with `isDeleted`, otherwise the others. */
  list(projects: ProjectScope, isDeleted?: boolean): Promise<Project[]>
  insert(project: Pick<Project, 'id' | 'name' | 'description'>): Promise<Project>
  update(id: string, patch: Partial<Pick<Project, 'name' | 'description' | 'deletedAt'>>): Promise<void>
  /** Returns projects that have been in the trash since before a time and have no run and no sweep left. */
  listPurgeable(deletedBefore: number): Promise<Project[]>
  purge(id: string): Promise<void>
  /** Returns the direction of each metric that has one. */
  listDirections(projectId: string): Promise<ReadonlyMap<string, Direction>>
  setDirection(projectId: string, metric: string, direction: Direction | null): Promise<void>
}
