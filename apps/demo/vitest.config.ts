import { project } from '../../vitest.project.ts'

const shared = project('demo', { test: { globalSetup: ['test/servers.ts'] } })
// What `module` picks of OpenTelemetry's API is for bundlers, and nothing that Node can load.
const conditions = ['@idem/source', 'node', 'development|production']

export default { ...shared, resolve: { conditions }, ssr: { resolve: { conditions } } }
