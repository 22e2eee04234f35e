'use strict';
// npm start: what forkless does, on real input, with the built-in beside it. Ends with
// exit code 0 only when every step worked on both modules and gave the same.

const { runStep } = require('./tour/stage.js');
const { closing, opening } = require('./tour/print.js');

const STEPS = [
  require('./tour/steps/listing.js'),
  require('./tour/steps/history.js'),
  require('./tour/steps/checksum.js'),
  require('./tour/steps/pipeline.js'),
  require('./tour/steps/crowd.js'),
  require('./tour/steps/kill.js'),
  require('./tour/steps/timeout.js'),
  require('./tour/steps/abort.js'),
  require('./tour/steps/missing.js'),
  require('./tour/steps/exec.js'),
  require('./tour/steps/exec-file.js'),
  require('./tour/steps/spawn-sync.js'),
  require('./tour/steps/exec-sync.js'),
  require('./tour/steps/handle.js'),
  require('./tour/steps/drain.js'),
  require('./tour/steps/force-kill.js'),
  require('./tour/steps/heap.js'),
];

// A reader that goes away, as in `npm start | head`, is no crash.
process.stdout.on('error', () => process.exit(1));

// Until the end is reached: a step that never settles must not look like a success.
process.exitCode = 1;
takeTour();

async function takeTour() {
  opening();
  let failed = 0;
  for (const [index, step] of STEPS.entries()) {
    if (!(await runStep(step, index + 1))) failed++;
  }
  closing(STEPS.length, failed);
  // A failed step may have left something that keeps the loop alive.
  process.exit(failed === 0 ? 0 : 1);
}
