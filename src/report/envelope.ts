/** One message of Cucumber's stream, as the installed version types it. */
export type Envelope = Parameters<NonNullable<Parameters<typeof import('@cucumber/cucumber/api')['runCucumber']>[2]>>[0];

export type StepResult = NonNullable<Envelope['testStepFinished']>['testStepResult'];
