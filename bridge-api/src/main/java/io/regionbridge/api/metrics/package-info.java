/**
 * What is counted, for Prometheus. The data plane counts in plain numbers of its own, which are
 * read at each scrape: counting costs a query nothing, and a start does not pay for the registry.
 * No label ever holds a name that was asked for.
 */
@NullMarked
package io.regionbridge.api.metrics;

import org.jspecify.annotations.NullMarked;
