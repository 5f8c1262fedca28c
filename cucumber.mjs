// For plain cucumber-js in this checkout; `npm start` needs none of it.
export default { import: ['.ci/tsx.mjs', 'steps/index.ts'], format: ['progress'] };
