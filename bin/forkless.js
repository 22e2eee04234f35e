#!/usr/bin/env node
'use strict';
// The command `forkless`: command/ has what it does.

const { main } = require('../command/main.js');

main(process.argv.slice(2));
