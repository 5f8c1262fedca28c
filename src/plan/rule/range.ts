/** From one number to another, both inclusive. */
export interface Range {
  readonly from: number;
  readonly to: number;
}
