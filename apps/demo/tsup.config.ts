import { cp } from 'node:fs/promises'
import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/main.ts'],
  format: ['esm'],
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  clean: true,
  // The page is sent as it is.
  onSuccess: () => cp('src/page/browser', 'dist/browser', { recursive: true }),
})
