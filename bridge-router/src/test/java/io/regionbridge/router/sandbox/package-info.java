/**
 * Places where tests may change networks: namespaces of this kernel, and a whole other kernel in an
 * emulated machine. Tests inside are plain classes with JUnit's annotations, run by {@link
 * io.regionbridge.router.sandbox.Inside} because JUnit's own launcher stays outside.
 */
@NullMarked
package io.regionbridge.router.sandbox;

import org.jspecify.annotations.NullMarked;
