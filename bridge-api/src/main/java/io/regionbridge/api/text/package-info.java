/**
 * Text for people and from people: what may stand on a terminal, what a mistyped word was meant to
 * be, and durations. Pure; knows nothing else of the bridge.
 */
@NullMarked
package io.regionbridge.api.text;

import org.jspecify.annotations.NullMarked;
