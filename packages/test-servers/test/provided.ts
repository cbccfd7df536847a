import { provideServers } from '../src/index'

export const setup = provideServers('redis', 'postgres', 'mongo')
