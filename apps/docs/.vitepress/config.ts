import { createRequire } from 'node:module'
import { join } from 'node:path'
import { defineConfig } from 'vitepress'
import { checkSite } from '../src/check-site'
import { diagrams } from '../src/diagrams'
import { linksBetweenFiles } from '../src/links'
import { navigation } from '../src/navigation'
import { NO_PAGES, placeOf, REPOSITORY } from '../src/pages'
import { slugOf } from '../src/slug'

const { env } = process
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#14795a" d="M2 4h12v3H2zm0 5h12v3H2z"/></svg>',
)}`
const HERE = join(REPOSITORY, 'apps/docs')
/** Pages lie outside of this package, where there is no Vue. */
const vue = createRequire(createRequire(import.meta.url).resolve('vitepress'))

// biome-ignore lint/style/noDefaultExport: VitePress asks for one
export default defineConfig({
  title: 'idem',
  description: 'Run any async function once per key, and give every caller the same answer.',
  lang: 'en',
  head: [['link', { rel: 'icon', href: ICON }]],
  // The documents stay where the repository has them.
  srcDir: REPOSITORY,
  srcExclude: NO_PAGES,
  outDir: join(HERE, 'dist'),
  cacheDir: join(HERE, 'node_modules/.cache'),
  rewrites: (file) => placeOf(file) ?? file,
  // Where the site will be: `/idem/`, say. Where links to sources lead: to none, unless there is an address.
  base: (env['DOCS_BASE'] ?? '/') as `/${string}`,
  cleanUrls: true,
  // The demo is on the reader's own machine.
  ignoreDeadLinks: 'localhostLinks',
  metaChunk: true,
  markdown: {
    theme: { light: 'github-light', dark: 'github-dark' },
    anchor: { slugify: slugOf },
    headers: { slugify: slugOf },
    config: (md) => {
      linksBetweenFiles(md, env['DOCS_SOURCES'])
      diagrams(md)
    },
  },
  vite: {
    resolve: {
      alias: [
        { find: /^vue$/, replacement: join(vue.resolve('vue'), '../dist/vue.runtime.esm-bundler.js') },
        {
          find: 'vue/server-renderer',
          replacement: join(vue.resolve('@vue/server-renderer'), '../dist/server-renderer.esm-bundler.js'),
        },
      ],
    },
    build: { chunkSizeWarningLimit: 1500 },
  },
  themeConfig: {
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Guarantees', link: '/guarantees' },
      { text: 'Options', link: '/options' },
      { text: 'Operating', link: '/operating' },
      { text: 'Reference', link: '/reference/' },
    ],
    sidebar: navigation,
    outline: { level: [2, 3] },
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          // What explains comes before what lists.
          searchOptions: { boostDocument: (id: string) => (id.includes('/reference/') ? 0.2 : 1) },
        },
      },
    },
  },
  buildEnd: ({ outDir, pages, site }) =>
    checkSite(
      outDir,
      site.base,
      pages.map((file) => placeOf(file) ?? file),
    ),
})
