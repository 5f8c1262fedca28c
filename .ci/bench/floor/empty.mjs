/** Cucumber as bindings see it: wordings and parameter types are its own, what they would do is left out. */
import * as cucumber from '@cucumber/cucumber';

const nothing = () => undefined;
const wording = (define) => (pattern, { length }) => define(pattern, Object.defineProperty(() => undefined, 'length', { value: length }));

export const { DataTable, defineParameterType, Status, World } = cucumber;
export const [Given, When, Then] = [cucumber.Given, cucumber.When, cucumber.Then].map(wording);
export const [After, Before, BeforeStep, setWorldConstructor] = [nothing, nothing, nothing, nothing];
