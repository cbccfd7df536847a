import { defineConfig } from 'vitest/config'
import { SummaryReporter } from './scripts/summary-reporter.ts'

export default defineConfig({
  test: {
    projects: [
      'packages/*/vitest{,.*}.config.ts',
      'apps/*/vitest.config.ts',
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
