import { openMongo } from '../mongo/server'
import { openPostgres } from '../postgres/server'
import { openRedis } from '../redis/server'
import { type Meter, meterOf, statusOf } from './meter'
import type { WorkerOrder } from './order'

/** A server that processes can work on. */
export interface Workplace {
  /** Name, version, and where it came from. */
  readonly server: string
  readonly order: Omit<WorkerOrder, 'worker'>
  readonly meter: Meter
  close(): Promise<void>
}

type Server = Awaited<ReturnType<typeof openRedis | typeof openPostgres | typeof openMongo>>

export async function redisWorkplace(): Promise<Workplace> {
  const server = await openRedis()
  return workplace('redis', server, '', async () => {
    const pid = /^process_id:(\d+)/m.exec(await server.client.info('server'))?.[1]
    return meterOf(server.url, Number(pid), /redis|valkey/)
  })
}

export async function postgresWorkplace(): Promise<Workplace> {
  const server = await openPostgres()
  return workplace('postgres', server, server.schema, async () => {
    const { rows } = await server.pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    // The process of a connection is a child of the server's.
    return meterOf(server.url, (await statusOf(rows[0]?.pid ?? 0))?.parent, /^postgres$|^postmaster$/)
  })
}

export async function mongoWorkplace(): Promise<Workplace> {
  const server = await openMongo()
  return workplace('mongo', server, '', async () => {
    const status = await server.db.admin().command({ serverStatus: 1 })
    // Behind a router others do the work.
    return meterOf(server.url, Number(status['pid']), /^mongod$/)
  })
}

async function workplace(
  store: WorkerOrder['store'],
  { url, keys, description, close }: Server,
  schema: string,
  meter: () => Promise<Meter>,
): Promise<Workplace> {
  try {
    const order = { store, url, schema, mark: keys.mark }
    return { server: description, order, meter: await meter(), close }
  } catch (error) {
    await close()
    throw error
  }
}
