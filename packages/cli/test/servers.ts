import { provideServers } from '@idem/test-servers'

export const setup = provideServers('redis', 'postgres', 'mongo')
