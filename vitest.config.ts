import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { SummaryReporter } from './scripts/summary-reporter.ts'

export default defineConfig({
  test: {
    // One less than there are cores is usual, for a tool that leaves room to work. Many of these tests wait for servers and
    // processes: two cores are busy with three files.
    maxWorkers: Math.max(3, availableParallelism()),
    projects: [
      'packages/*/vitest{,.*}.config.ts',
      'apps/*/vitest.config.ts',
      { test: { name: 'documents', include: ['scripts/*.test.ts'] } },
      {
        // The type tests of all packages, in one run of the compiler.
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['packages/*/test/**/*.test-d.ts'],
            tsconfig: './tsconfig.types.json',
          },
        },
      },
    ],
    reporters: ['default', new SummaryReporter()],
    coverage: {
      include: ['packages/*/src/**', 'apps/*/src/**'],
      reporter: ['text', 'html'],
    },
  },
})
