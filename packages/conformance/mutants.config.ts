import everyRun from './vitest.config.ts'

/** The engine and the web adapters, each broken in one way at a time: too long for every run. */
export default { ...everyRun, test: { ...everyRun['test'], include: ['test/*.mutants.ts'] } }
