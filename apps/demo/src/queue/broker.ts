import type { Consumer, DeadLetter } from '@idem/core/consumer'
import type { Message, Publisher } from './publisher'

/**
 * Keeps what is published until it is acknowledged, and delivers it to each group of consumers at least once: again, if the
 * consumer died before it acknowledged, or if the acknowledgement was lost; and in any order.
 */
export interface Broker extends Publisher {
  /** Begins at once, with all that is kept of the topic if the group is new. While the server is away it waits for it. */
  consume(subscription: Subscription): Consuming
  deadLetters(topic: string): DeadLetters
  /** Lets go of what was opened for it. What consumes is to be stopped before. */
  close(): Promise<void>
}

export interface Subscription {
  readonly topic: string
  /** Whoever is in the same group, in whichever process, shares its messages: each goes to one of them. */
  readonly group: string
  /** Its decision is carried out: the message acknowledged, delivered again when it is time, or moved to the dead letters. */
  readonly handle: Consumer<Message>
}

export interface Consuming {
  /** Takes nothing new; resolves when what is under way has ended, its signal aborting if that takes long. */
  stop(): Promise<void>
}

/** The messages of a topic that were given up. Every method rejects with a `StoreError` where the server cannot be asked. */
export interface DeadLetters {
  /** Some of them, oldest first. */
  page(query?: LetterQuery): Promise<LetterPage>
  /**
   * Publishes the message again, in one step with taking it from the dead letters, for the group that gave it up: it has all
   * its attempts anew. `false`: there is no such letter (any more), so of two who replay it, one does.
   */
  replay(id: string): Promise<boolean>
  /** Throws the message away. `false`: there is no such letter (any more). */
  remove(id: string): Promise<boolean>
}

export interface Letter extends DeadLetter {
  readonly id: string
  readonly message: Message
  /** The group whose consumer gave it up. */
  readonly group: string
  /** How often it had been replayed before. */
  readonly replays: number
  readonly at: Date
}

export interface LetterQuery {
  /** At most this many, 1 to 1000. */
  readonly limit?: number
  /** Where the page before ended. */
  readonly cursor?: string
}

export interface LetterPage {
  readonly letters: readonly Letter[]
  /** Missing: this was the last page. */
  readonly cursor?: string | undefined
}
