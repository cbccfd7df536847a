/** What is protected in every trial: some work whose answer is worth keeping. */
export type Handler = () => Promise<Answer>

export type Answer = Readonly<Record<string, string | number | boolean>>

/** 200 bytes as JSON, like what a payment is answered with. */
export const ANSWER: Answer = {
  id: 'pay_01JD9Z3T8Q5W7E2R4Y6U1I0O9P',
  status: 'succeeded',
  amount: 129_900,
  currency: 'EUR',
  captured: true,
  card: 'visa **** 4242',
  created: '2026-11-21T10:15:30Z',
  receipt: 'https://pay.example/7',
}

/** 200 bytes as JSON, like what a payment is asked for with: what is fingerprinted. */
export const PAYLOAD: Answer = {
  customer: 'cus_01JD9Z2K4M6N8P0Q2R4S6T8V0W',
  order: 'ord_01JD9Z2X1C3V5B7N9M2A4S6D8F',
  amount: 129_900,
  currency: 'EUR',
  method: 'card',
  save: false,
  note: 'Three tickets, front row, held at the door',
}

export const ANSWER_TEXT = JSON.stringify(ANSWER)

/** Costs nothing itself, so that all that is measured is what protects it. */
export const answering: Handler = async () => ANSWER
