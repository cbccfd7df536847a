import { describe, inject } from 'vitest'
import { describeCommands } from './support/describe-commands'
import { openPostgres } from './support/opened'

const url = inject('postgresUrl')

describe.skipIf(url === undefined)('with PostgreSQL', () => {
  describeCommands('PostgreSQL', () => openPostgres(url as string))
})
