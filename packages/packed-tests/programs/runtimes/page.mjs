import { answer } from './shop.mjs'
import { visit } from './visit'

/** What a visitor is told whose shop is in the same page. */
globalThis.told = visit(async (path, init) => answer(new Request(new URL(path, location.href), init)))
