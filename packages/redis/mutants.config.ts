import everyRun from './vitest.config.ts'

/** The scripts, one of their conditions taken out at a time: too long for every run. */
export default { ...everyRun, test: { ...everyRun['test'], include: ['test/*.mutants.ts'] } }
