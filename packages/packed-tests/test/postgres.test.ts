import { inject } from 'vitest'
import { describeAdapter, versionOf } from './describe-adapter'

const postgresUrl = inject('postgresUrl')
const pglite = versionOf('postgres', '@electric-sql/pglite', 'last')

describeAdapter({
  folder: 'postgres',
  driver: 'pg',
  majors: ['8', '8'],
  besides: (which) => [
    `@types/pg@${versionOf('postgres', '@types/pg', which)}`,
    `@electric-sql/pglite@${pglite}`,
    // Of which the types of PGlite speak.
    '@types/emscripten@1.41.6',
  ],
  environment: postgresUrl === undefined ? {} : { DATABASE_URL: postgresUrl },
  servers: { PostgreSQL: postgresUrl !== undefined, PGlite: true },
})
