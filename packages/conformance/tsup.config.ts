import { defineConfig } from 'tsup'

export default defineConfig({
  // The second is the command `pnpm --filter @idem/conformance simulate`.
  entry: { index: 'src/index.ts', simulate: 'src/simulate/main.ts' },
  // vitest is for ES modules only, so what builds on it is too.
  format: ['esm'],
  platform: 'neutral',
  target: 'es2022',
  dts: { entry: 'src/index.ts' },
  sourcemap: true,
  clean: true,
  removeNodeProtocol: false,
  external: [/^node:/],
})
