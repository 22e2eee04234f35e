// Of bundle.js, which scripts/bundle.mjs makes of lib/.
import main = require('./lib/main.js');
export = main;
