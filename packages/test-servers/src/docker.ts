import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import type { ServerSource } from './first-available'
import { freePort } from './free-port'
import { startSupervised } from './supervision/supervised-server'

export interface DockerImage {
  readonly image: string
  /** The port inside the container, or `same` where the server must know the port that it is reached by. */
  readonly port: number | 'same'
  readonly options?: readonly string[]
  readonly args?: (port: number) => readonly string[]
  readonly url: (port: number) => string
  readonly ping: (url: string) => Promise<void>
}

/** A container, where a Docker engine answers. It is removed with the server. */
export function fromDocker({ image, port, options = [], args, url, ping }: DockerImage): ServerSource {
  return {
    name: 'Docker',
    async start(progress) {
      await engineAnswers()
      progress?.(`starting the Docker image ${image} …`)
      const outside = await freePort()
      const inside = port === 'same' ? outside : port
      const name = `idem-test-${randomUUID()}`
      const publish = ['--publish', `127.0.0.1:${outside}:${inside}`]
      return startSupervised(async () => ({
        url: url(outside),
        command: 'docker',
        args: ['run', '--rm', '--name', name, ...publish, ...options, image, ...(args?.(outside) ?? [])],
        stopSignal: 'SIGKILL',
        cleanup: ['docker', 'rm', '--force', '--volumes', name],
        ping,
      }))
    },
  }
}

async function engineAnswers(): Promise<void> {
  try {
    // An installed client says nothing about an engine; only the engine knows its own version.
    await promisify(execFile)('docker', ['info', '--format', '{{.ServerVersion}}'], { timeout: 10_000 })
  } catch (error) {
    throw new Error(`no Docker engine answers: ${firstLine(error)}`)
  }
}

function firstLine(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
  return (stderr.trim() || String(error)).split('\n')[0] ?? ''
}
