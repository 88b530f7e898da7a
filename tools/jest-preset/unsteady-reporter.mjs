// A Jest reporter: names the tests that passed only at the second attempt. Each of them is a bug, here or in the gateway.

export default class UnsteadyReporter {
  #unsteady = [];

  onTestResult({ path }, { testResults }) {
    for (const { fullName, status, invocations } of testResults) {
      if (status === 'passed' && invocations > 1) this.#unsteady.push(`${path}: ${fullName}`);
    }
  }

  onRunComplete() {
    if (this.#unsteady.length === 0) return;
    process.stderr.write(`\nPassed only at the second attempt:\n${this.#unsteady.join('\n')}\n`);
  }
}
