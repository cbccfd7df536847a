import { readBench } from './read-bench'
import { readCounts, readModel, readNewcomer, readVersions } from './read-printed'
import { readChaos, readScores, readSimulator, readSoak } from './read-reports'
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

const simulator: Run = {
  name: 'simulator',
  command: `${PNPM} --filter @idem/conformance simulate -- --minutes 5`,
  minutes: 5,
  read: ({ printed }) => readSimulator(printed),
}

const chaos: Run[] = [
  ['redis', '--store redis --minutes 10', 10],
  ['postgres', '--store postgres --minutes 10', 10],
  ['mongo', '--store mongo --minutes 10', 10],
  ['redis-async', '--store redis --replication async --minutes 3', 3],
  ['postgres-async', '--store postgres --replication async --minutes 3', 3],
  ['transfers-postgres', '--transfers --store postgres --minutes 5', 5],
  ['transfers-mongo', '--transfers --store mongo --minutes 5', 5],
].map(([name, options, minutes]) => ({
  name: `chaos-${name}`,
  command: `${PNPM} chaos ${options}`,
  json: '--json ',
  minutes: Number(minutes),
  read: ({ json }) => readChaos(json),
}))

const soak: Run = {
  name: 'soak',
  command: `${PNPM} soak --minutes 60 --write`,
  json: '--json ',
  minutes: 70,
  read: ({ json }) => readSoak(json),
}

const mutation: Run = {
  name: 'mutation',
  command: `${PNPM} test:mutation`,
  json: '--json ',
  minutes: 120,
  read: ({ json }) => readScores(json),
}

const RACES = ['redis', 'postgres', 'mongo', 'http', 'in-process']
const PLOTTED = ['processes', 'sizes', 'profile', 'growth']

const bench: Run[] = [...RACES, ...PLOTTED].map((program) => ({
  name: `bench-${program}`,
  command: `${PNPM} bench ${program}${program === 'growth' ? ' --records 10000000' : ''} --write-readme${PLOTTED.includes(program) ? ' --write' : ''}`,
  json: '--json ',
  minutes: program === 'growth' ? 30 : 6,
  read: ({ json }) => readBench(json),
}))

/** Everything that the page may speak of, in an order in which what is quick to fail comes first. */
export const runs: readonly Run[] = [
  newcomer,
  tests,
  model,
  ...otherVersions,
  simulator,
  ...chaos,
  ...mutants,
  ...bench,
  mutation,
  soak,
]
