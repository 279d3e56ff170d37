import { execFileSync } from 'node:child_process'

const TIMEOUT_MS = 5_000

/**
 * Returns the indices of this machine's GPUs as `nvidia-smi` lists them; none where that program is missing or fails.
 */
export function listGpus(path: string | undefined): string[] {
  try {
    const output = execFileSync('nvidia-smi', ['--query-gpu=index', '--format=csv,noheader'], {
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: path },
    })
    return output
      .trim()
      .split('\n')
      .filter((line) => /^\d+$/.test(line))
  } catch {
    return []
  }
}
