'use strict';
// Many starts in one tick, many exits at once.

const { once } = require('node:events');
const { text } = require('node:stream/consumers');

const CHILDREN = 200;

exports.title = `${CHILDREN} children at once`;
exports.command = `echo 1 & echo 2 & ... echo ${CHILDREN} &`;
exports.expected = { succeeded: CHILDREN, sum: (CHILDREN * (CHILDREN + 1)) / 2 };

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ spawn }) => {
  const numbers = Array.from({ length: CHILDREN }, (_, i) => i + 1);
  const answers = await Promise.all(
    numbers.map(async (number) => {
      const echo = spawn('echo', [String(number)], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [output, [code]] = await Promise.all([text(echo.stdout), once(echo, 'close')]);
      return { code, number: Number(output) };
    }),
  );
  return {
    succeeded: answers.filter(({ code }) => code === 0).length,
    sum: answers.reduce((sum, { number }) => sum + number, 0),
  };
};

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ succeeded, sum }) => `${succeeded} ended with exit code 0, the sum of their answers is ${sum}`;
