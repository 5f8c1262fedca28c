// Lets cucumber-js load the TypeScript bindings, in its workers too: must be the first file it imports.
import { register } from 'tsx/esm/api';

register();
