/**
 * What Linux says of itself in plain values: error numbers, capabilities, kernel settings. Uses the
 * JDK only.
 */
@NullMarked
package io.regionbridge.router.linux;

import org.jspecify.annotations.NullMarked;
