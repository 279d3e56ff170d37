import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A control group of Linux whose processes the kernel kills when they use more memory than its limit. */
export interface MemoryGroup {
  /** File that moves a process into the group when its pid is written to it. */
  readonly processes: string
  remove(): void
}

/** Creates a control group with a memory limit. If this machine does not allow it, returns the reason as text. */
export function createMemoryGroup(name: string, limitMib: number): MemoryGroup | string {
  if (!existsSync('/proc/vmstat')) return 'no control groups on this system'
  const isVersion1 = existsSync('/sys/fs/cgroup/memory')
  const folder = join(isVersion1 ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup', name)

  try {
    mkdirSync(folder)
    const limit = isVersion1 ? 'memory.limit_in_bytes' : 'memory.max'
    writeFileSync(join(folder, limit), String(limitMib * 2 ** 20))
    return { processes: join(folder, 'cgroup.procs'), remove: () => rmdirSync(folder) }
  } catch (error) {
    return `no control group with a memory limit: ${(error as NodeJS.ErrnoException).code}`
  }
}
