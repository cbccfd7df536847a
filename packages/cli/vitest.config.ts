import { project } from '../../vitest.project.ts'

export default project('cli', { test: { globalSetup: ['test/servers.ts', 'test/bin-from-sources.ts'] } })
