import { serve } from '@hono/node-server'
import { answer } from './shop.mjs'

serve({ port: 0, hostname: '127.0.0.1', fetch: answer }, ({ port }) => console.log(port))
