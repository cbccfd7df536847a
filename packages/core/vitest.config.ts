import { project } from '../../vitest.project.ts'

// Files that change nothing outside themselves need no process each: loading the sources anew costs more than the tests.
export default project('core', { test: { isolate: false } })
