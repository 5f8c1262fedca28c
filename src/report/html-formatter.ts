/** The report as a Cucumber formatter. */
import { formatterOf } from './formatter-of.js';
import { writeHtmlReport } from './html/html-report.js';

// Cucumber looks for the formatter in a module's default export.
// oxlint-disable-next-line import/no-default-export
export default formatterOf(writeHtmlReport);
