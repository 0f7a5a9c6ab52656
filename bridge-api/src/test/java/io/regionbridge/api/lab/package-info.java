/** The laboratory of three regions, as a test: {@code mvn verify -Pe2e}. */
@NullMarked
package io.regionbridge.api.lab;

import org.jspecify.annotations.NullMarked;
