import type { Meter } from '@opentelemetry/api'

/** In seconds: from what a store in memory takes to what a slow handler does. */
const SECONDS = {
  unit: 's',
  advice: {
    explicitBucketBoundaries: [
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ],
  },
}

/** What the observer counts. */
export const observerInstruments = (meter: Meter) => ({
  executions: meter.createCounter('idem.executions', {
    unit: '{execution}',
    description: 'Calls by what they came to.',
  }),
  attempts: meter.createCounter('idem.attempts', {
    unit: '{attempt}',
    description: 'Attempts that began, by whether they took over from one that was abandoned.',
  }),
  attemptDuration: meter.createHistogram('idem.attempt.duration', {
    ...SECONDS,
    description: 'How long attempts took, from the claim until they were settled.',
  }),
  steps: meter.createCounter('idem.steps', {
    unit: '{step}',
    description: 'Steps that were done, by whether an earlier attempt had done them.',
  }),
  waits: meter.createCounter('idem.waits', {
    unit: '{wait}',
    description: 'Waits that began for an attempt that runs in another process.',
  }),
  leasesLost: meter.createCounter('idem.leases.lost', {
    unit: '{lease}',
    description: 'Leases that were lost to another attempt, or ran out without a renewal.',
  }),
  valuesOmitted: meter.createCounter('idem.values.omitted', {
    unit: '{value}',
    description: 'Values that could not be kept, so that nobody will be given them again.',
  }),
  storeFailures: meter.createCounter('idem.store.failures', {
    unit: '{failure}',
    description:
      'Calls to the store that failed or were not answered in time, by whether they are sent again.',
  }),
  storeWarnings: meter.createCounter('idem.store.warnings', {
    unit: '{warning}',
    description: "What endangers the store's promises, as it found out itself.",
  }),
})

/** What can be seen only around a call. */
export const callInstruments = (meter: Meter) => ({
  duration: meter.createHistogram('idem.execution.duration', {
    ...SECONDS,
    description: 'How long callers waited, by what their calls came to.',
  }),
  activeAttempts: meter.createUpDownCounter('idem.active_attempts', {
    unit: '{attempt}',
    description: 'Handlers that are running.',
  }),
  waitingCallers: meter.createUpDownCounter('idem.waiting_callers', {
    unit: '{caller}',
    description: "Callers that wait for the store or for another call's attempt.",
  }),
})

export const storeInstruments = (meter: Meter) => ({
  duration: meter.createHistogram('idem.store.call.duration', {
    ...SECONDS,
    description: 'How long calls to the store took, by call and result.',
  }),
})
