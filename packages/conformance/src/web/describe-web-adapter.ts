import type { CaseFailure, CaseGroup, Stage } from '../suite/conformance-case'
import { failures } from '../suite/failures'
import { registerCases } from '../suite/register-cases'
import { answerCases } from './answer-cases'
import { clientCases } from './client-cases'
import { concurrencyCases } from './concurrency-cases'
import { connectionCases } from './connection-cases'
import { contextCases } from './context-cases'
import { keyCases } from './key-cases'
import { payloadCases } from './payload-cases'
import { principalCases } from './principal-cases'
import { storeCases } from './store-cases'
import { streamCases } from './stream-cases'
import type { WebAdapter } from './web-adapter'
import { WebScene } from './web-scene'

/** All of them, by what they are about. */
export const webCaseGroups: readonly CaseGroup<WebScene>[] = [
  keyCases,
  answerCases,
  payloadCases,
  concurrencyCases,
  principalCases,
  storeCases,
  clientCases,
  connectionCases,
  contextCases,
  streamCases,
]

/**
 * Registers a vitest suite that an adapter for a web framework passes if it does what
 * draft-ietf-httpapi-idempotency-key-header-07 asks of servers, and what idem promises beyond that. It asks over sockets,
 * with nothing in between that would normalise a request or an answer.
 *
 * @example
 * describeWebAdapter('my framework', { listen: async (app) => { … } })
 */
export function describeWebAdapter(name: string, adapter: WebAdapter): void {
  registerCases(name, webCaseGroups, stageOf(adapter))
}

/**
 * Runs the cases of {@link describeWebAdapter} in any program, one after another, and yields those that fail.
 *
 * @param about - only those of this part
 */
export function webAdapterFailures(
  adapter: WebAdapter,
  about?: string,
): AsyncGenerator<CaseFailure, void, undefined> {
  const chosen = webCaseGroups.filter((group) => about === undefined || group.about === about)
  return failures(chosen, stageOf(adapter))
}

function stageOf(adapter: WebAdapter): Stage<WebAdapter, WebScene> {
  return { create: () => adapter, scene: () => new WebScene(adapter) }
}
