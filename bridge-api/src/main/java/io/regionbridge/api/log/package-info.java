/** How the log looks: for people on a terminal, one JSON object to a line for everything else. */
@NullMarked
package io.regionbridge.api.log;

import org.jspecify.annotations.NullMarked;
