/**
 * Real programs and ports for integration tests of every module: found, started, awaited with a
 * bound, stopped.
 *
 * <p>Compiled into each module's tests and into nothing else. May use the JDK and JUnit only, so
 * that no module sees another one through it.
 */
@NullMarked
package io.regionbridge.testkit;

import org.jspecify.annotations.NullMarked;
