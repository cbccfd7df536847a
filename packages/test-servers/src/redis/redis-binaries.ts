import { type BinarySource, fromApt, onThisMachine } from '../server-binary'

// Valkey is as good as Redis where only what they have in common counts.
const names = ['redis-server', 'valkey-server']

export const redisBinaries: readonly BinarySource[] = [onThisMachine(names), fromApt('redis-server', names)]
