import { provideServers } from '@idem/test-servers'
import { makePrograms } from './support/programs'

// Nobody may kill these: files that do start their own.
const provide = provideServers('redis', 'postgres', 'mongo')

export async function setup(project: Parameters<typeof provide>[0]) {
  const [stop] = await Promise.all([provide(project), makePrograms()])
  return stop
}
