import onTheMachines from './vitest.config.ts'

/** The functions and statements, one of their conditions taken out at a time: too long for every run. */
export default {
  ...onTheMachines,
  test: { ...onTheMachines['test'], include: ['test/*.mutants.ts'] },
}
