import core = require('@idem/core')
import http = require('@idem/core/http')
import forExpress = require('@idem/express')
import forHono = require('@idem/hono')
import tokens = require('@idem/token')
import express = require('express')
import hono = require('hono')
import node = require('node:http')

import type { AddressInfo } from 'node:net'

const idem = new core.Idem({ store: new core.MemoryStore() })
const issuer = new tokens.TokenIssuer({ secret: crypto.getRandomValues(new Uint8Array(32)) })
const userOf = (request: Request): string => request.headers.get('x-user') ?? ''
const runs = { express: 0, hono: 0, route: 0 }

const app: express.Express = express()
app.post(
  '/payments',
  forExpress.idempotency({ idem, name: 'express', scope: (req) => req.get('x-user') ?? '' }),
  (_req, res) => {
    res.status(201).json({ run: ++runs.express })
  },
)
const shop = new hono.Hono().post(
  '/payments',
  forHono.idempotency({ idem, name: 'hono', scope: (c) => c.req.header('x-user') ?? '' }),
  (c) => c.json({ run: ++runs.hono }, 201),
)
const route = http.idempotent(() => Response.json({ run: ++runs.route }, { status: 201 }), {
  idem,
  scope: userOf,
  key: tokens.fromToken(issuer, { operation: 'payment', subject: userOf }),
})

async function main(): Promise<void> {
  const { payThrice } = await import('./pay-thrice.js')
  const server = node.createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/payments`
  console.log('Express', await payThrice((init) => fetch(url, init), '"o-1"'))
  server.close()
  console.log('Hono', await payThrice(async (init) => shop.request('/payments', init), '"o-1"'))
  const token = await issuer.issue({ subject: 'ann', operation: 'payment' })
  console.log(
    'route',
    await payThrice((init) => route(new Request('https://shop.test/payments', init)), token),
  )
}

void main()
