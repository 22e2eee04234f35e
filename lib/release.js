'use strict';
// Which Node runs us: where Nodes differ, forkless does as the running one.

const [MAJOR, MINOR] = process.versions.node.split('.').map(Number);

/**
 * Whether the running Node has what came in the first of `releases`, and in the
 * others to older lines: `since('26.0', '24.15')`. Lines in between have it not.
 * @param {string} first major and minor
 * @param {string[]} backports the same
 */
function since(first, ...backports) {
  const [ownLine] = [first, ...backports]
    .map((release) => release.split('.').map(Number))
    .filter(([major]) => major === MAJOR);
  return ownLine ? MINOR >= ownLine[1] : MAJOR > Number.parseInt(first, 10);
}

/** Whether this Node's libuv is 1.`minor` or later: within a line of Nodes it changes. @param {number} minor */
function hasLibuv(minor) {
  return Number(process.versions.uv.split('.')[1]) >= minor;
}

module.exports = { hasLibuv, since };
