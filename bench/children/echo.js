'use strict';
// Sends back what it gets.

process.on('message', (message) => process.send?.(message));
process.send?.('ready');
