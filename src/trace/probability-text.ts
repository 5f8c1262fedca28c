/** A probability as people write it: `1/3`, or four digits where no small fraction fits. */
export function probabilityText(probability: number): string {
  for (let denominator = 1; denominator <= 64; denominator++) {
    const numerator = Math.round(probability * denominator);
    if (numerator > 0 && Math.abs(numerator / denominator - probability) < 1e-9)
      return denominator === 1 ? '1' : `${numerator}/${denominator}`;
  }
  return probability.toPrecision(4);
}
