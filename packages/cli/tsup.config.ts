import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { main: 'src/main.ts' },
  format: ['esm'],
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  clean: true,
  // What opens a store stays in a file of its own, and is loaded when its scheme is asked for.
  splitting: true,
  removeNodeProtocol: false,
})
