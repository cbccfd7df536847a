import { provideServers } from '../src/index'

export const setup = provideServers('redis', 'valkey', 'postgres', 'mongo')
