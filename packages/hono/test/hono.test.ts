import { describeWebAdapter } from '@idem/conformance'
import { asResponse, byContext, honoAdapter } from './hono-adapter'

describeWebAdapter('Hono', honoAdapter(asResponse))
describeWebAdapter('Hono, by c.header and c.body', honoAdapter(byContext))
