/** The page of the HTML report. */
import { render } from 'preact';
import { App } from './app.js';
import { readIndex } from './chunks.js';

const root = document.getElementById('app');
if (root !== null) {
  root.textContent = '';
  render(<App index={readIndex()} />, root);
}
