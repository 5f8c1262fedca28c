/** Every binding. Loaded by `hopspec run`, by a project's own cucumber.mjs (see cucumber.ts), or with `import 'hopspec/steps'`. */
import './parameter-types.js';
import './world.js';
import './hooks.js';
import './cluster.js';
import './manifests.js';
import './changes.js';
import './traffic.js';
import './http.js';
import './connections.js';
import './qualifiers.js';
import './control-plane.js';
