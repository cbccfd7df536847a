import { join } from 'node:path'
import { build } from 'tsup'

/** Makes one file of a program here and all that it needs, from sources. @returns where it is */
export async function bundleProgram(name: string, folder: string): Promise<string> {
  await build({
    config: false,
    entry: [join(import.meta.dirname, `${name}.ts`)],
    outDir: folder,
    format: 'esm',
    target: 'node20',
    noExternal: [/.*/],
    // ioredis is CommonJS, and asks for what Node.js has.
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)`,
    },
    loader: { '.lua': 'text' },
    esbuildOptions: (options) => {
      options.conditions = ['@idem/source']
    },
    silent: true,
  })
  return join(folder, `${name}.js`)
}
