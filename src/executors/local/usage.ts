import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'

/** The processes of one attempt. */
export interface ProcessGroup {
  /** Id of the attempt. */
  readonly id: string
  readonly pids: readonly number[]
}

/** Measures the resources of this machine that groups of processes use. */
export interface UsageSampler {
  /**
   * Returns the measured values by group id, then by metric name (`system.…`). `now` is the time in milliseconds. The
   * processor use covers the time since the previous call and is absent in the first one.
   */
  sample(groups: readonly ProcessGroup[], now: number): Promise<Map<string, Record<string, number>>>
}

// Linux counts processor time in hundredths of a second on all supported machines.
const TICKS_PER_SECOND = 100
const PAGE_BYTES = 4096
const MIB = 2 ** 20
const GPU_TIMEOUT_MS = 2_000

/**
 * Creates a sampler that reads the use of processor, memory and disk of each group from the kernel. The network traffic
 * and, with `hasGpu`, the use of GPUs (from `nvidia-smi`) are those of the whole machine.
 */
export function createUsageSampler(hasGpu: boolean): UsageSampler {
  const before = new Map<string, { ticks: number; at: number }>()
  return {
    sample: async (groups, now) => {
      const machine = { ...networkUse(), ...(hasGpu ? await gpuUse() : {}) }
      const samples = new Map(
        groups
          .filter((group) => group.pids.length > 0)
          .map((group) => [group.id, { ...processUse(group, now), ...machine }]),
      )

      for (const id of before.keys()) if (!samples.has(id)) before.delete(id)
      return samples
    },
  }

  function processUse({ id, pids }: ProcessGroup, now: number): Record<string, number> {
    const uses = pids.map(readProcess)
    const sum = (pick: (use: ProcessUse) => number): number => uses.reduce((total, use) => total + pick(use), 0)

    const ticks = sum((use) => use.ticks)
    const last = before.get(id)
    before.set(id, { ticks, at: now })
    return {
      ...(last &&
        now > last.at && {
          'system.cpu_percent': Math.max(0, ((ticks - last.ticks) / TICKS_PER_SECOND / ((now - last.at) / 1000)) * 100),
        }),
      'system.memory_mib': sum((use) => use.memoryBytes) / MIB,
      'system.disk_read_mib': sum((use) => use.readBytes) / MIB,
      'system.disk_write_mib': sum((use) => use.writtenBytes) / MIB,
    }
  }
}

interface ProcessUse {
  readonly ticks: number
  readonly memoryBytes: number
  readonly readBytes: number
  readonly writtenBytes: number
}

function readProcess(pid: number): ProcessUse {
  const stat = readOrEmpty(`/proc/${pid}/stat`)
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)

  const io = readOrEmpty(`/proc/${pid}/io`)
  const bytes = (name: string): number => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(io)?.[1] ?? 0)

  // utime, stime, cutime and cstime: processor time of the process and of its children that have ended.
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + (fields[index] ?? 0), 0)
  return {
    ticks,
    memoryBytes: (fields[21] ?? 0) * PAGE_BYTES,
    readBytes: bytes('read_bytes'),
    writtenBytes: bytes('write_bytes'),
  }
}

/** Returns the MiB that the whole machine has received and sent since its boot, without the loopback interface. */
function networkUse(): Record<string, number> {
  const lines = readOrEmpty('/proc/net/dev')
    .split('\n')
    .slice(2)
    .filter((line) => line.includes(':') && !/^\s*lo:/.test(line))

  if (lines.length === 0) return {}
  const columns = lines.map((line) => line.split(':')[1]!.trim().split(/\s+/).map(Number))
  const sum = (index: number): number => columns.reduce((total, column) => total + (column[index] ?? 0), 0)
  return { 'system.network_received_mib': sum(0) / MIB, 'system.network_sent_mib': sum(8) / MIB }
}

async function gpuUse(): Promise<Record<string, number>> {
  try {
    const { stdout } = await promisify(execFile)(
      'nvidia-smi',
      ['--query-gpu=index,utilization.gpu,memory.used', '--format=csv,noheader,nounits'],
      {
        timeout: GPU_TIMEOUT_MS,
      },
    )

    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(',').map(Number))
    return Object.fromEntries(
      rows.flatMap(([index, percent, memory]) => [
        [`system.gpu_${index}_percent`, percent!],
        [`system.gpu_${index}_memory_mib`, memory!],
      ]),
    )
  } catch {
    return {}
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
