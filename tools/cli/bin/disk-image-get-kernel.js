#!/usr/bin/env node
import { launch } from './launch.js';

await launch('disk-image-get-kernel');
