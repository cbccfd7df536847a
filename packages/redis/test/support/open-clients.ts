import { Redis, type RedisOptions } from 'ioredis'
import { afterAll } from 'vitest'

type Options = Omit<RedisOptions, 'replyMapping'>

/** Opens clients for the tests of a file, and ends them with it. What goes wrong on them is for their commands to say. */
export function openClients(): (url: string, options?: Options) => Redis {
  const clients: Redis[] = []
  afterAll(() => {
    for (const client of clients) client.disconnect()
  })
  return (url, options = {}) => {
    const client = new Redis(url, options)
    client.on('error', () => {})
    clients.push(client)
    return client
  }
}
