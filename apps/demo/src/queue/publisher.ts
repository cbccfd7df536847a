/** What has happened, in words that every broker carries. */
export type Message = Readonly<Record<string, string>>

/** Tells what has happened to whoever acts on it. */
export interface Publisher {
  /** Resolves when the message is kept. It may be published twice, and is delivered at least once, in any order. */
  publish(topic: string, message: Message): Promise<void>
}
