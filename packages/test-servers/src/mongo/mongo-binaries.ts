import { type BinarySource, onThisMachine } from '../server-binary'
import { downloadMongod } from './download-mongod'

export const mongoBinaries: readonly BinarySource[] = [
  onThisMachine(['mongod']),
  { name: 'mongodb-memory-server package', locate: () => downloadMongod() },
]
