/** What a visitor of the shop is told, on every runtime. */
export const TOLD: readonly string[] = [
  'an order | 201 | X-Order: o-1 | {"id":1,"item":"tea \u{1f375}"}',
  'sent again | 201 | Idempotency-Replayed: true | X-Order: o-1 | {"id":1,"item":"tea \u{1f375}"}',
  'with another payload | 422 | key-reused',
  'five at once | {"id":2,"item":"cup"}',
  'a forged token | 401 | token-invalid',
  'a token of somebody else | 403 | token-other-subject',
  'a payment | 201 | 0,128,255,1,5',
  'sent again | 201 | Idempotency-Replayed: true | 0,128,255,1,5',
  'a card | 200 | {"number":"4111-1111","run":1,"replayed":false,"kept":"sealed1.a","readable":false}',
  'sent again | 200 | {"number":"4111-1111","run":1,"replayed":true,"kept":"sealed1.a","readable":false}',
  'runs | 200 | {"payments":1,"orders":2,"cards":1}',
  `core | 200 | ${JSON.stringify([
    ...[true, '0,128,255', true, 'FINGERPRINT_MISMATCH'],
    ...['no van', 'label of attempt 1', 'XWys7yn0kK_WMGtb3JdaAL_oqeBuLDAk3q_Amm_eIuc'],
    ...['label of attempt 1', 'XWys7yn0kK_WMGtb3JdaAL_oqeBuLDAk3q_Amm_eIuc', 2, 3, 3],
    ...[200, true, 'é 1', 1],
    ...['card 1', 'card 1', 'CODEC', 'sealed1.a.'],
    ...['idem:::once succeeded', 'idem:::ship,A-1 succeeded'],
    ...['idem:charge::A-1 succeeded', 'idem:http:ann:order 1 succeeded'],
  ])}`,
]
