import { project } from '../../vitest.project.ts'

export default project('test-servers', { test: { typecheck: { tsconfig: './tsconfig.json' } } })
