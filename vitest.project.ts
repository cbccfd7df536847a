import { defineProject, mergeConfig, type UserWorkspaceConfig } from 'vitest/config'

/** Packages of this workspace are tested from their sources, so that tests need no build. */
const conditions = ['@idem/source', 'module', 'node', 'development|production']

/** What every package's vitest.config.ts shares; `own` is merged over it. */
export function project(name: string, own: UserWorkspaceConfig = {}) {
  const shared = defineProject({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: { name, include: ['test/**/*.test.ts'] },
  })
  return mergeConfig(shared, own)
}
