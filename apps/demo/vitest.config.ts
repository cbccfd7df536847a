import { project } from '../../vitest.project.ts'

export default project('demo', { test: { globalSetup: ['test/servers.ts'] } })
