import { lockStoreFailures } from '@idem/conformance'
import { MyLockStore } from './my-store'

let now = Date.UTC(2030, 0, 1)

const create = () => ({
  store: new MyLockStore({ clock: () => now }),
  advance: (ms: number) => {
    now += ms
  },
})

for await (const { about, name, error } of lockStoreFailures({ create })) {
  console.error(`${about}: ${name}\n${error}`)
  process.exitCode = 1
}
