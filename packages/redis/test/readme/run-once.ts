import { Idem } from '@idem/core'
import { RedisStore } from '@idem/redis'
import { Redis } from 'ioredis'

const url = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379'
const redis = new Redis(url)
const subscriber = redis.duplicate() // who waits for another process is woken through this one

const idem = new Idem({ store: new RedisStore(redis, { subscriber }) })

let charged = 0
const charge = idem.wrap(async (order: { id: string }) => ({ paid: order.id, times: ++charged }), {
  name: 'charge',
  key: (order) => order.id,
})

const order = { id: crypto.randomUUID() }
await Promise.all([charge(order), charge(order)]) // runs once, in whatever process
await charge(order) // replays
console.log(charged) // 1

await Promise.all([redis.quit(), subscriber.quit()]) // the clients are yours
