import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts'],
  // vitest is for ES modules only, so what builds on it is too.
  format: ['esm'],
  platform: 'neutral',
  target: 'es2022',
  dts: true,
  sourcemap: true,
  clean: true,
  removeNodeProtocol: false,
  external: [/^node:/],
})
