import { describeWebAdapter } from '@idem/conformance'
import { bySend, byWrite, expressAdapter, VERSIONS } from './express-adapter'

for (const [version, express] of VERSIONS) {
  describeWebAdapter(version, expressAdapter(express, bySend))
  describeWebAdapter(`${version}, by res.writeHead and res.write`, expressAdapter(express, byWrite))
}
