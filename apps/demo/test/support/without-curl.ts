import { spawnSync } from 'node:child_process'

/** Whether tests that type at a terminal cannot be run here; where everything must be tested, they fail instead. */
export const withoutCurl = spawnSync('curl', ['--version']).error !== undefined && !process.env['CI']
