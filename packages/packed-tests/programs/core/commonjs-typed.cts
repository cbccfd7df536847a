import core = require('@idem/core')

async function main(): Promise<void> {
  let runs = 0
  const idem = new core.Idem({ store: new core.MemoryStore() })
  const { value } = await idem.execute('A-1', async () => ++runs)
  const again: { value: number; replayed: boolean } = await idem.execute('A-1', async () => ++runs)
  if (value !== 1 || again.value !== 1 || !again.replayed) throw new Error(JSON.stringify(again))
  console.log('one run')
}

void main()
