/**
 * What tests of every module share: real programs and ports for integration tests, found, started,
 * awaited with a bound and stopped; and the rules that hold for all code.
 *
 * <p>Compiled into each module's tests and into nothing else. May use the JDK, JUnit and ArchUnit
 * only, so that no module sees another one through it.
 */
@NullMarked
package io.regionbridge.testkit;

import org.jspecify.annotations.NullMarked;
