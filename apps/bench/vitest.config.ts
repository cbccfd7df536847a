import { project } from '../../vitest.project.ts'

export default project('bench', {
  // Whole trials are run, on servers that have other work too.
  test: { globalSetup: ['test/servers.ts'], testTimeout: 60_000 },
})
