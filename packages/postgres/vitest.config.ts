import { project } from '../../vitest.project.ts'

export default project('postgres', { test: { globalSetup: ['test/servers.ts'] } })
