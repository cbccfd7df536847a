import { Idem, MemoryStore } from '@idem/core'
import { idempotent } from '@idem/core/http'
import { fromToken, TokenIssuer } from '@idem/token'

const idem = new Idem({ store: new MemoryStore() })
const tokens = new TokenIssuer({ secret: crypto.getRandomValues(new Uint8Array(32)) })
const userOf = (request: Request): string => request.headers.get('x-user') ?? ''
let runs = 0

interface RouteContext {
  readonly params: Promise<{ readonly order: string }>
}

export const POST = idempotent(
  async (request: Request, { params }: RouteContext) => {
    const { order } = await params
    return Response.json({ order, paid: await request.text(), run: ++runs }, { status: 201 })
  },
  { idem, scope: userOf, key: fromToken(tokens, { operation: 'payment', subject: userOf }) },
)

/** For the form. */
export const GET = async (request: Request) =>
  new Response(await tokens.issue({ subject: userOf(request), operation: 'payment' }))
