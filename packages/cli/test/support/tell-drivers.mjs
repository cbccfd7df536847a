// Loaded before the program: at its end, tells which drivers it has loaded.
import { createRequire } from 'node:module'

const { cache } = createRequire(import.meta.url)

process.on('exit', () => {
  const files = Object.keys(cache)
  const loaded = ['ioredis', 'mongodb', 'pg'].filter((name) =>
    files.some((file) => file.includes(`/node_modules/${name}/`)),
  )
  console.error(`loaded ${JSON.stringify(loaded)}`)
})
