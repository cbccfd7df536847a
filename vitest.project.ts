import { defineProject, mergeConfig, type UserWorkspaceConfig } from 'vitest/config'

/** Packages of this workspace are tested from their sources, so that tests need no build. */
const conditions = ['@idem/source', 'module', 'node', 'development|production']

/** Scripts and statements are files of their own, and read as texts: in builds it is tsup that does so. */
const texts = {
  name: 'texts',
  transform: (code: string, id: string) =>
    /\.(lua|sql)$/.test(id) ? `export default ${JSON.stringify(code)}` : undefined,
}

/** What every package's vitest.config.ts shares; `own` is merged over it. */
export function project(name: string, own: UserWorkspaceConfig = {}) {
  const shared = defineProject({
    plugins: [texts],
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    // Far more than any test takes, however busy the machine: it ends what would hang.
    test: { name, include: ['test/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
  })
  return mergeConfig(shared, own)
}
