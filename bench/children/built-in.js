'use strict';
// What register is compared with: nothing but what any program that starts children loads.

require('node:child_process');
