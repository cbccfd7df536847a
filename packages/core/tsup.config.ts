import { defineConfig } from 'tsup'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    consumer: 'src/consumer/index.ts',
    encrypted: 'src/encrypted/index.ts',
    http: 'src/http/index.ts',
    'hash/sha256.node': 'src/hash/sha256.node.ts',
    'hash/sha256.web': 'src/hash/sha256.web.ts',
  },
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  // The hashes have no types to offer: they are reached through `#sha256`, never by users.
  // Held locks are `AsyncDisposable`, a name that no numbered `lib` of TypeScript has.
  dts: {
    entry: {
      index: 'src/index.ts',
      consumer: 'src/consumer/index.ts',
      encrypted: 'src/encrypted/index.ts',
      http: 'src/http/index.ts',
    },
    banner: '/// <reference lib="esnext.disposable" />',
  },
  sourcemap: true,
  clean: true,
  splitting: false,
  // Deno knows Node's modules by no other name.
  removeNodeProtocol: false,
  // Resolved by whoever loads the package, so that Node gets its own hash and a browser never sees `node:`.
  external: ['#sha256', /^node:/],
})
