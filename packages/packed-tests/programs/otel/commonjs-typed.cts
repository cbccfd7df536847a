import core = require('@idem/core')
import otel = require('@idem/otel')

async function main(): Promise<string> {
  const idem = otel.otelIdem({ store: new core.MemoryStore() }, { keys: true })
  const value: number = await idem.run('A-1', () => 1)
  return value === 1 ? 'told' : `${value}`
}

main().then(console.log, (error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
