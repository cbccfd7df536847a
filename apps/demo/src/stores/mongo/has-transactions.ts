/** What a server says of itself. */
type Hello = Readonly<Record<string, unknown>>

/** Members of a replica set have transactions, and routers; a server that stands alone has none. */
export const hasTransactions = (hello: Hello): boolean =>
  hello['setName'] !== undefined || hello['msg'] === 'isdbgrid'
