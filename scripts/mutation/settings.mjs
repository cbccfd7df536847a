/** Folders of which every mutant is noticed by a test, or explained. */
export const EXPLAINED = ['core/engine']

/** What is tested where nothing is named. */
export const USUAL = [...EXPLAINED, 'core/cache', 'token', 'hono']

/** Tests that say nothing of a change of the sources: they read what was built, or what is declared. */
const DEAF = ['packages/core/test/{purity,types}/**', '**/readme.test.ts', '**/*mutants*.test.ts']

/** Enough to judge a folder by, where all tests of its package would take too long. */
const ONLY = {
  'core/engine': ['packages/core/test/{engine,cache}/**/*.test.ts', 'packages/core/test/idem.test.ts'],
}

/** Whose promises are tested elsewhere too. */
const ALSO = {
  'core/compose': ['packages/conformance/test/compose-store.test.ts'],
  'core/encrypted': ['packages/conformance/test/encrypted-store.test.ts'],
  'core/http': ['packages/conformance/test/web/**/*.test.ts'],
  'core/memory': ['packages/conformance/test/memory-*store.test.ts'],
  'core/mutex': ['packages/conformance/test/memory-lock-store.test.ts'],
  'core/tiered': ['packages/conformance/test/tiered-store.test.ts'],
}

/** Tests that wait for real seconds, or break servers: too much for each of some hundred mutants. */
const SLOW = {
  redis: ['cluster*', 'valkey', 'ioredis5-store', 'leaks', 'loading', 'outages', 'wait-replicas'],
  postgres: ['pgbouncer', 'pglite', 'plans', 'failures/*', 'transactions/*failures*'],
  mongo: ['mongodb6-store', 'failures', 'given-up', 'room'],
}

const WITH_SERVERS = Object.keys(SLOW)

/** The tests of a package, or of a folder of its sources. */
export function testsOf(target) {
  const [name] = target.split('/')
  return {
    include: ONLY[target] ?? [`packages/${name}/test/**/*.test.ts`, ...(ALSO[target] ?? [])],
    exclude: [...DEAF, ...(SLOW[name] ?? []).map((test) => `packages/${name}/test/${test}.test.ts`)],
    // Loading the sources anew for each file costs more than the tests; where it matters, they have a server of their own.
    isolate: name !== 'core',
    globalSetup: WITH_SERVERS.includes(name) ? [`packages/${name}/test/servers.ts`] : [],
    // What hangs fails the first test that meets it, and the process goes on with the next mutant: StrykerJS would end it.
    // The core's tests have a time of their own; others have sockets, or keys to make.
    testTimeout: name === 'core' ? 3000 : 15_000,
    hookTimeout: 60_000,
  }
}

/** A configuration of vitest for the root of the workspace: whose tests are needed, and no others. */
export function vitestConfig(test) {
  return `import { project } from './vitest.project.ts'

const { test: shared, ...rest } = project('mutation')
export default { ...rest, test: { ...shared, ...${JSON.stringify(test)} } }
`
}

/** What Stryker is told. */
export function strykerOptions(target, { concurrency, known }) {
  const [name, folder] = target.split('/')
  const sources = folder === undefined ? '**/*.ts' : folder === '.' ? '*.ts' : `${folder}/**/*.ts`
  return {
    plugins: [
      './node_modules/@stryker-mutator/vitest-runner/dist/src/index.js',
      './scripts/mutation/ignore-messages.mjs',
    ],
    testRunner: 'vitest',
    vitest: { configFile: 'vitest.mutation.config.ts', related: false },
    // A copy of its own, so that configurations find what they import beside them.
    inPlace: true,
    mutate: [`packages/${name}/src/${sources}`],
    ignorers: ['messages'],
    ignorePatterns: ['apps', 'docs', 'api', '**/dist'],
    disableTypeChecks: false,
    coverageAnalysis: 'perTest',
    concurrency,
    // For what never lets go of the thread; generous, since the machine may have other work.
    timeoutMS: 20_000,
    timeoutFactor: 2,
    incremental: true,
    incrementalFile: known,
    reporters: ['progress-append-only', 'json'],
  }
}
