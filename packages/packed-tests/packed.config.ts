import { defineConfig } from 'vitest/config'

// Not named vitest.config.ts, which would make it part of every test run: this needs a build, and minutes.
export default defineConfig({
  test: {
    name: 'packed',
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/servers.ts', 'test/packed-packages.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // One less is usual: of two, that is half.
    maxWorkers: '100%',
  },
})
