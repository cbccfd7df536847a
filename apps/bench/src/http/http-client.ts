import { type Dispatcher, Pool } from 'undici'
import { PAYLOAD } from '../work/answer'
import { SETTLED } from './order'

export interface HttpClient {
  /** Sends a payment, and resolves when all of its answer is there. @throws unless that is a 201 */
  post(key: string, isSettled: boolean): Promise<void>
  close(): Promise<void>
}

const BODY = JSON.stringify(PAYLOAD)

/** A client with that many connections at most, each with one request at a time; it reads answers and makes nothing of them. */
export function httpClient(port: number, connections: number): HttpClient {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 })
  return {
    post: (key, isSettled) =>
      new Promise((resolve, reject) => {
        const headers = {
          'content-type': 'application/json',
          'idempotency-key': key,
          'x-user': 'ann',
          ...(isSettled && { [SETTLED]: '1' }),
        }
        pool.dispatch(
          { method: 'POST', path: '/payments', headers, body: BODY },
          expecting(201, resolve, reject),
        )
      }),
    close: () => pool.destroy(),
  }
}

function expecting(
  expected: number,
  resolve: () => void,
  reject: (error: Error) => void,
): Dispatcher.DispatchHandler {
  let status = 0
  let text = ''
  return {
    onRequestStart() {},
    onResponseStart(_, code) {
      status = code
    },
    onResponseData(_, piece) {
      if (status !== expected) text += piece
    },
    onResponseEnd() {
      if (status === expected) resolve()
      else reject(new Error(`answered ${status}: ${text.slice(0, 200)}`))
    },
    onResponseError(_, error) {
      reject(error)
    },
  }
}
