/** The public API: what the bindings, the command line and programs of your own build on. */
export {
  ClaimMismatch,
  formatProblem,
  HopspecError,
  InputError,
  inputError,
  InvariantError,
  type Problem,
  type SourcePosition,
  UnsupportedError,
  unsupported,
} from './base/errors.js';
export { nearest } from './base/nearest.js';
export {
  DOC_STRING,
  type NodeLine,
  type ObjectWording,
  type PathLine,
  type PodWording,
  type Row,
  type Spec,
  type SpecOptions,
  STEP_TEXT,
} from './sim/spec-contract.js';
export { createSpec } from './sim/spec.js';
