import { project } from '../../vitest.project.ts'

export default project('postgres', {
  test: {
    globalSetup: ['test/servers.ts'],
    // The server has the machine's other tests beside it. Nothing here is to be quick, but to come.
    testTimeout: 30_000,
    expect: { poll: { timeout: 15_000 } },
  },
})
