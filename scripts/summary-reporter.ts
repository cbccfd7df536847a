import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** Ends the run's output with one line for machines: `N passed, N failed, N skipped`. */
export class SummaryReporter implements Reporter {
  #passed = 0
  #failed = 0
  #skipped = 0

  onInit(): void {
    // At the exit, so that nothing is printed after it: not coverage, not a late complaint.
    process.once('exit', (code) => {
      // What failed without a failing test (a server that could not be had, say) is a failure all the same.
      if (code !== 0 && this.#failed === 0) this.#failed = 1
      process.stdout.write(`${this.#passed} passed, ${this.#failed} failed, ${this.#skipped} skipped\n`)
    })
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    this.#passed = count('passed')
    // A file that cannot be loaded, or a hook that throws, has no failing test to show for it.
    const brokenModules = modules.filter((module) => module.errors().length > 0)
    const brokenSuites = modules.flatMap((module) =>
      [...module.children.allSuites()].filter((suite) => suite.errors().length > 0),
    )
    this.#failed = count('failed') + brokenModules.length + brokenSuites.length + unhandledErrors.length
    this.#skipped = tests.length - this.#passed - count('failed')
  }
}
