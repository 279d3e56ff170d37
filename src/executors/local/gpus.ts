import { execFileSync } from 'node:child_process'

const TIMEOUT_MS = 5_000

/**
 * Returns the indices of the GPUs of this machine, as `nvidia-smi` lists them. Returns none if `nvidia-smi` is missing
 * or fails. `path` is the PATH on which it is looked up.
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
