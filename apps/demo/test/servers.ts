import { provideServers } from '@idem/test-servers'

// Redis and PostgreSQL are killed, and so each file starts its own.
export const setup = provideServers('mongo')
