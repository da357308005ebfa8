// @ts-check
/** The detector's entry: offers detection/detection-thread.js to the page. It has no file handle and runs no Python. */

import { DetectionThread } from "./detection/detection-thread.js";
import * as Comlink from "./shared/comlink.js";

Comlink.expose(new DetectionThread());
