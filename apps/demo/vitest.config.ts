import { project } from '../../vitest.project.ts'

export default project('demo', { test: { typecheck: { tsconfig: './tsconfig.json' } } })
