import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { defineConfig } from 'vitest/config'

const isFaults = process.env['HAGANE_TEST_FAULTS'] === '1'

export default defineConfig({
  test: {
    include: isFaults
      ? ['test/faults/**/*.test.ts']
      : ['src/**/*.test.ts', 'dashboard/src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: isFaults ? [] : ['test/faults/**'],
    // The tests start hundreds of processes that read the same modules: compiled once, they start in half the time.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), `hagane-compile-cache-${process.getuid?.() ?? 0}`) },
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    fileParallelism: !isFaults,
    maxWorkers: 2,
  },
})
