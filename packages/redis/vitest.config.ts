import { project } from '../../vitest.project.ts'

export default project('redis', { test: { globalSetup: ['test/servers.ts'] } })
