import onTheMachines from './vitest.config.ts'

/** What may differ between versions of the server, on another one than the machine's, or the environment's. */
const include = [
  'postgres-store',
  'postgres-lock-store',
  'transactions/*',
  'statements',
  'coalescing',
  'escaped-text',
  'migrate',
  'sweep',
  'failures/during-a-call',
  'rows/*',
].map((name) => `test/${name}.test.ts`)

export default {
  ...onTheMachines,
  test: { ...onTheMachines['test'], name: 'postgres-18', globalSetup: ['test/servers-18.ts'], include },
}
