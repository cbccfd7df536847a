import own from './vitest.config.ts'

/** The pipelines and filters, one of their conditions taken out at a time: too long for every run. */
export default { ...own, test: { ...own['test'], include: ['test/*.mutants.ts'] } }
