/**
 * IP addresses and ranges as values: parsed from literals alone (a name is never looked up),
 * compared and printed in one canonical form. Uses the JDK only.
 */
@NullMarked
package io.regionbridge.router.net;

import org.jspecify.annotations.NullMarked;
