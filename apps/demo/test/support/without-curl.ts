import { spawnSync } from 'node:child_process'

/** Whether tests that type at a terminal cannot be run here; where everything must be tested, they fail instead. */
const without = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args).error !== undefined && !process.env['CI']

export const withoutCurl = without('curl', '--version')
export const withoutOpenssl = without('openssl', 'version')
