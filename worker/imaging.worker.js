// @ts-check
/** The imaging worker's thread: imaging.js, offered to the page. */
import * as Comlink from "../vendor/comlink.mjs";
import { ImagingThread } from "./imaging.js";

Comlink.expose(new ImagingThread());
