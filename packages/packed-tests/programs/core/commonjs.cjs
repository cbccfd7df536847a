const assert = require('node:assert/strict')
const { Idem, MemoryStore } = require('@idem/core')

async function main() {
  let runs = 0
  const idem = new Idem({ store: new MemoryStore() })
  const charge = () => idem.run(['order', 'A-1'], async () => ({ run: ++runs }))

  assert.deepEqual(await charge(), { run: 1 })
  assert.deepEqual(await charge(), { run: 1 })
  assert.equal(runs, 1)
  console.log('one run')
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
