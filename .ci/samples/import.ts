import { createStore } from '../api/store.js';

export const store = createStore;
