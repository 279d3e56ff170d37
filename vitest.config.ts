import { defineConfig } from 'vitest/config'

const isFaults = process.env['HAGANE_TEST_FAULTS'] === '1'

export default defineConfig({
  test: {
    include: isFaults ? ['test/faults/**/*.test.ts'] : ['src/**/*.test.ts', 'dashboard/src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: isFaults ? [] : ['test/faults/**'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    fileParallelism: !isFaults,
    maxWorkers: 2,
  },
})
