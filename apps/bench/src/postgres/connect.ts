import { Client, Pool } from 'pg'

/** The same pool for floors, for idem and for the loop. */
export function openPool(url: string): Pool {
  // A connection that is lost while nobody uses it says so, and nobody has to know: the next query takes another.
  return new Pool({ connectionString: url, max: 10 }).on('error', () => {})
}

export async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url }).on('error', () => {})
  await client.connect()
  return client
}
