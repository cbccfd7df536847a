import { project } from '../../vitest.project.ts'

export default project('mongo', { test: { globalSetup: ['test/servers.ts'] } })
