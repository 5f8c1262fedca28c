/** A report of nothing. */
export default { type: 'formatter', formatter: () => undefined };
