const assert = require('node:assert/strict')
const { MemoryStore } = require('@idem/core')
const { otelIdem } = require('@idem/otel')

async function main() {
  const idem = otelIdem({ store: new MemoryStore() })
  let runs = 0
  for (let call = 0; call < 2; call++) assert.equal(await idem.run('A-1', () => ++runs), 1)
  return 'told'
}

main().then(console.log, (error) => {
  console.error(error)
  process.exitCode = 1
})
