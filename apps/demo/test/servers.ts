import { provideServers } from '@idem/test-servers'

// Nobody may kill these: files that do start their own.
export const setup = provideServers('redis', 'postgres', 'mongo')
