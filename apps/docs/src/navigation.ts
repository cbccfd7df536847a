import type { DefaultTheme } from 'vitepress'
import { entryPoints } from './reference/entry-points'

type Group = DefaultTheme.SidebarItem & { readonly items: DefaultTheme.SidebarItem[] }

const page = (text: string, link: string): DefaultTheme.SidebarItem => ({ text, link })

const packages = [...new Set(entryPoints.map(({ name }) => name.split('/')[1] as string))]

/** Every page of the site, in the order in which it makes sense to read them: the build fails if one is missing. */
export const navigation: Group[] = [
  {
    text: 'Begin',
    items: [
      page('Five minutes', '/start'),
      page('What is guaranteed', '/guarantees'),
      page('Which store to choose', '/choosing-a-store'),
      page('Which scheme when', '/which-scheme'),
      page('The shop, to try it', '/demo'),
    ],
  },
  {
    text: 'Use',
    items: [
      page('Every option', '/options'),
      page('Over HTTP', '/http'),
      page('From a queue', '/queues'),
      page('Coming from another library', '/migrating'),
    ],
  },
  {
    text: 'Guides',
    items: [
      page('Create an order', '/guides/create-order'),
      page('A payment callback', '/guides/payment-callback'),
      page('Stock', '/guides/stock'),
      page('Coupons', '/guides/coupon'),
      page('A queue', '/guides/queue'),
      page('Several services', '/guides/several-services'),
    ],
  },
  {
    text: 'Operate',
    items: [
      page('Operating it', '/operating'),
      page('The command', '/packages/cli'),
      page('Metrics and traces', '/packages/otel'),
      page('Security', '/security'),
      page('Reporting a vulnerability', '/reporting'),
    ],
  },
  {
    text: 'Packages',
    collapsed: true,
    items: packages
      .filter((name) => name !== 'otel')
      .map((name) => page(`@idem/${name}`, `/packages/${name}`)),
  },
  {
    text: 'Build on it',
    items: [
      page('Writing a store', '/writing-a-store'),
      page('What every web adapter passes', '/web-adapters'),
      page('How it is built', '/architecture'),
      page('Contributing', '/contributing'),
    ],
  },
  {
    text: 'Evidence',
    items: [
      page('What holds each promise', '/evidence'),
      page('Mutants', '/mutation'),
      page('What it costs', '/bench'),
      page('Chaos', '/packages/chaos'),
      page('The soak', '/soak'),
      page('The model', '/model/'),
    ],
  },
  {
    text: 'Reference',
    collapsed: true,
    items: [
      page('All modules', '/reference/'),
      ...entryPoints.map(({ name }) => page(name, `/reference/${name}`)),
    ],
  },
]

/** The same, as a list of addresses. */
export const addresses: readonly string[] = navigation.flatMap(({ items }) =>
  items.map(({ link = '' }) => link),
)
