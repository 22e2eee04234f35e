'use strict';
// Node's permission model. We enforce nothing ourselves: where children are not
// allowed, the call goes to the built-in, which refuses it with its own error.
// So it does where Node would refuse us what it grants the built-in.
// Source: https://nodejs.org/api/permissions.html

const { isPermitted } = require('../at-load.mjs');
const { since } = require('../release.js');

/** Asked at each start: a program can drop the permission as it goes. */
function childrenDenied() {
  return isPermitted !== undefined && !isPermitted('child');
}

/** From some release after 26.10 on, Node opens no pipe that it has not made itself where the network is denied. */
const GUARDS_PIPES = since('26.11');

/** Whether a child's streams cannot be made here: then the built-in starts it. */
function streamsDenied() {
  return isPermitted !== undefined && GUARDS_PIPES && !isPermitted('net');
}

/** Whether this Node hands its permission flags on to children by NODE_OPTIONS. */
const HANDS_ON = isPermitted !== undefined && since('24.4', '22.18');

/**
 * Adds this process's permission flags to the child's NODE_OPTIONS, where the running Node does.
 * @param {string[]} pairs the child's environment, changed in place
 * @param {unknown[]} args the child's arguments: its own --permission flags go before ours
 */
function handOnPermissions(pairs, args) {
  if (!HANDS_ON) return;
  const flags = process.execArgv.filter((flag) => /^--(permission|allow-)/.test(flag)).join(' ');
  const given = pairs.findIndex((pair) => pair.startsWith('NODE_OPTIONS='));
  const own = given < 0 ? '' : pairs[given].slice('NODE_OPTIONS='.length);
  if (flags === '' || own.includes('--permission') || args.some((arg) => arg === '--permission')) return;
  const pair = `NODE_OPTIONS=${own ? `${own} ` : ''}${flags}`;
  if (given < 0) pairs.push(pair);
  else pairs[given] = pair;
}

module.exports = { childrenDenied, handOnPermissions, streamsDenied };
