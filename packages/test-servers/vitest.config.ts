import { project } from '../../vitest.project.ts'

export default project('test-servers', {
  test: {
    globalSetup: ['test/provided.ts'],
    // A server may be downloaded before it starts.
    testTimeout: 120_000,
  },
})
