import { project } from '../../vitest.project.ts'

export default project('bench', {
  test: { globalSetup: ['test/servers.ts'] },
})
