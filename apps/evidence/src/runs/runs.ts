import { readBench } from './read-bench'
import { readCounts, readModel, readNewcomer, readVersions } from './read-printed'
import { readTests } from './read-tests'
import type { Run } from './run'

const PNPM = 'npx -y pnpm@10.34.9'
const AS_JSON = '--reporter=default --reporter=json --outputFile.json='

const tests: Run = { name: 'tests', command: `${PNPM} test`, json: AS_JSON, minutes: 10, read: readTests }

const newcomer: Run = {
  name: 'newcomer',
  command: 'node scripts/newcomer.mjs',
  minutes: 2,
  read: ({ printed }) => readNewcomer(printed),
}

const otherVersions: Run[] = [
  {
    name: 'nodes',
    command: `${PNPM} test:nodes`,
    minutes: 6,
    read: ({ printed }) => readVersions(printed, /Node v\S+/),
  },
  {
    name: 'postgres-versions',
    command: `${PNPM} test:postgres-versions`,
    minutes: 12,
    read: ({ printed }) => readVersions(printed, /\d+\.\d+/),
  },
  {
    name: 'installs',
    command: `${PNPM} test:installs`,
    minutes: 12,
    read: ({ printed }) => readCounts(printed),
  },
]

/** Each test is a guard that was taken out, and passes if something noticed. */
const mutants: Run[] = ['conformance', 'redis', 'postgres', 'mongo'].map((name) => ({
  name: `mutants-${name}`,
  command: `${PNPM} --filter @idem/${name} test:mutants`,
  json: AS_JSON,
  minutes: 20,
  read: readTests,
}))

const model: Run = {
  name: 'model',
  command: `${PNPM} model`,
  minutes: 6,
  read: ({ printed }) => readModel(printed),
}

const bench: Run[] = ['redis', 'postgres', 'mongo', 'http', 'in-process'].map((program) => ({
  name: `bench-${program}`,
  command: `${PNPM} bench ${program} --write-readme`,
  json: '--json ',
  minutes: 6,
  read: ({ json }) => readBench(json),
}))

/** Everything that the page may speak of, in an order in which what is quick to fail comes first. */
export const runs: readonly Run[] = [newcomer, tests, model, ...otherVersions, ...mutants, ...bench]
