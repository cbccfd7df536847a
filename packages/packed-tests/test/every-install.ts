/** Whether all versions and all ways to resolve modules are to be tried, which takes minutes (`pnpm test:installs`). */
export const EVERY_INSTALL = process.env['EVERY_INSTALL'] !== undefined

/** What of a newer Node.js a project installs whose packages ask for it, and where it is then. */
export const NEWER_NODE = { install: 'node@22', program: 'node_modules/node/bin/node' } as const
