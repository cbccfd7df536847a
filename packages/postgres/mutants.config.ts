import onTheMachines from './vitest.config.ts'

/** The functions and statements, one of their conditions taken out at a time. */
export default {
  ...onTheMachines,
  test: { ...onTheMachines['test'], include: ['test/statement-mutants.test.ts'], exclude: [] },
}
